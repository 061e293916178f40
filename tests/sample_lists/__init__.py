"""Lists for tests, as an installable package carries them."""
