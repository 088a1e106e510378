"""The drill on the product itself: people at work in several offices when the power goes."""
