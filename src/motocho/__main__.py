"""`python -m motocho`: the same as the `motocho` command."""

from motocho.cli.app import main

if __name__ == "__main__":
    main()
