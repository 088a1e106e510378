"""An upgrade of many offices while people work in them, killed and begun again; the library's as the control."""
