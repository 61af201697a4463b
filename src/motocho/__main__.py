"""The door of the `motocho` command."""

def main() -> None:
    print("hi")

if __name__ == "__main__":
    main()
