"""Pictures that virtual cameras and scanners take: drawn here, written as PNG or BMP.

Formats: PNG (ISO/IEC 15948, 8-bit RGB, no filter) and BMP (24 bits, rows from the bottom).
"""

import struct
import zlib

Colour = tuple[int, int, int]

# Five columns by seven rows a letter; each number is a column, its lowest bit the top row.
_FONT = {
    "0": (62, 81, 73, 69, 62), "1": (0, 66, 127, 64, 0), "2": (66, 97, 81, 73, 70),
    "3": (33, 65, 69, 75, 49), "4": (24, 20, 18, 127, 16), "5": (39, 69, 69, 69, 57),
    "6": (60, 74, 73, 73, 48), "7": (1, 113, 9, 5, 3), "8": (54, 73, 73, 73, 54),
    "9": (6, 73, 73, 41, 30), "A": (126, 17, 17, 17, 126), "B": (127, 73, 73, 73, 54),
    "C": (62, 65, 65, 65, 34), "D": (127, 65, 65, 34, 28), "E": (127, 73, 73, 73, 65),
    "F": (127, 9, 9, 9, 1), "G": (62, 65, 73, 73, 122), "H": (127, 8, 8, 8, 127),
    "I": (0, 65, 127, 65, 0), "J": (32, 64, 65, 63, 1), "K": (127, 8, 20, 34, 65),
    "L": (127, 64, 64, 64, 64), "M": (127, 2, 12, 2, 127), "N": (127, 4, 8, 16, 127),
    "O": (62, 65, 65, 65, 62), "P": (127, 9, 9, 9, 6), "Q": (62, 65, 81, 33, 94),
    "R": (127, 9, 25, 41, 70), "S": (70, 73, 73, 73, 49), "T": (1, 1, 127, 1, 1),
    "U": (63, 64, 64, 64, 63), "V": (31, 32, 64, 32, 31), "W": (63, 64, 56, 64, 63),
    "X": (99, 20, 8, 20, 99), "Y": (7, 8, 112, 8, 7), "Z": (97, 81, 73, 69, 67),
    "-": (8, 8, 8, 8, 8), ":": (0, 54, 54, 0, 0), ".": (0, 96, 96, 0, 0), "*": (20, 8, 62, 8, 20),
    "/": (32, 16, 8, 4, 2),
}  # fmt: skip


class Canvas:
    """A picture of ``width`` by ``height`` pixels."""

    def __init__(self, width: int, height: int, background: Colour) -> None:
        self.width = width
        self.height = height
        self._rows = [bytearray(bytes(background) * width) for _ in range(height)]

    def rectangle(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """Fill a rectangle; what lies outside the picture is left out."""
        left, right = max(0, x), min(self.width, x + width)
        if left >= right:
            return
        for row in self._rows[max(0, y) : max(0, y + height)]:
            row[left * 3 : right * 3] = bytes(colour) * (right - left)

    def ellipse(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """Fill the ellipse inside a rectangle."""
        for row in range(height):
            offset = (row + 0.5) / height * 2 - 1
            half = int(width / 2 * (1 - offset * offset) ** 0.5)
            self.rectangle(x + width // 2 - half, y + row, half * 2, 1, colour)

    def text(self, x: int, y: int, words: str, colour: Colour, size: int = 2) -> None:
        """Write capital letters, digits and a few signs; other characters leave a gap."""
        for letter in words.upper():
            for column, bits in enumerate(_FONT.get(letter, ())):
                for row in range(7):
                    if bits >> row & 1:
                        self.rectangle(x + column * size, y + row * size, size, size, colour)
            x += 6 * size

    def png(self) -> bytes:
        def chunk(kind: bytes, data: bytes) -> bytes:
            check = zlib.crc32(kind + data)
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        pixels = zlib.compress(b"".join(b"\0" + row for row in self._rows), 6)
        chunks = chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + chunks

    def bmp(self) -> bytes:
        gap = bytes(-self.width * 3 % 4)
        rows = []
        for row in reversed(self._rows):
            swapped = bytearray(row)
            swapped[0::3], swapped[2::3] = row[2::3], row[0::3]
            rows.append(bytes(swapped) + gap)
        data = b"".join(rows)
        head = struct.pack("<2sIHHI", b"BM", 54 + len(data), 0, 0, 54)
        info = struct.pack(
            "<IiiHHIIiiII", 40, self.width, self.height, 1, 24, 0, len(data), 2835, 2835, 0, 0
        )
        return head + info + data


def portrait(caption: str, *, width: int = 320, height: int = 240) -> Canvas:
    """A person in front of the camera, with a line of text below."""
    canvas = Canvas(width, height, (206, 216, 224))
    canvas.rectangle(0, height * 2 // 3, width, height, (176, 164, 148))
    canvas.ellipse(width // 2 - 70, height * 3 // 5, 140, 160, (62, 84, 120))
    canvas.ellipse(width // 2 - 38, height // 4, 76, 96, (224, 188, 160))
    canvas.ellipse(width // 2 - 40, height // 4 - 10, 80, 40, (50, 42, 38))
    canvas.rectangle(0, height - 22, width, 22, (20, 24, 30))
    canvas.text(6, height - 18, caption, (240, 240, 240))
    return canvas


def document(lines: list[str], *, width: int = 320, height: int = 200) -> Canvas:
    """A card, check or page with these lines on it."""
    canvas = Canvas(width, height, (240, 236, 226))
    canvas.rectangle(0, 0, width, 24, (150, 34, 40))
    for number, line in enumerate(lines):
        canvas.text(12, 36 + number * 20, line[:25], (40, 40, 48))
    return canvas
