"""The year of a bureau and two prefectures, played through the pages from the scheme to the circular."""
