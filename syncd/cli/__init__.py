"""The command line."""

import argparse


def main() -> int:
    import syncd

    parser = argparse.ArgumentParser(prog="syncd", description=syncd.__doc__)
    parser.add_argument("--version", action="version", version=syncd.__version__)
    parser.parse_args()
    parser.print_help()
    return 0
