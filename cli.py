"""``python cli.py`` does what the installed command ``sentiment`` does."""

from sentiment.cli import main

if __name__ == "__main__":
    main()
