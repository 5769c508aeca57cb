"""SM2 signatures (GB/T 32918.2, curve of GB/T 32918.5), which `cryptography` does not have.

To verify, which needs nothing secret, and for the virtual U盾. Not for keys that are worth stealing:
whole numbers of Python take time that tells of them, and a bank's own keys belong into its HSM.
"""

from cryptography.hazmat.primitives import hashes

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
SIZE = 32
DEFAULT_ID = b"1234567812345678"
"""Of whoever signs where nothing else is agreed (GM/T 0009)."""

Point = tuple[int, int] | None
"""None: the point at infinity."""


def public_point(private: int) -> tuple[int, int]:
    """The public point of a private number from 1 to N - 2."""
    found = _times(private, G)
    if found is None:
        raise ValueError("not a private key")
    return found


def encoded(point: tuple[int, int]) -> bytes:
    """An uncompressed point: 04, x, y."""
    return b"\x04" + point[0].to_bytes(SIZE, "big") + point[1].to_bytes(SIZE, "big")


def decoded(data: bytes) -> tuple[int, int]:
    """The point; raises ValueError for what is none of the curve."""
    if len(data) != 2 * SIZE + 1 or data[0] != 4:
        raise ValueError("not an uncompressed point")
    x, y = int.from_bytes(data[1 : SIZE + 1], "big"), int.from_bytes(data[SIZE + 1 :], "big")
    if not (x < P and y < P) or (y * y - (x * x * x + A * x + B)) % P:
        raise ValueError("not a point of the curve")
    return x, y


def sign(private: int, message: bytes, nonce: int) -> tuple[int, int]:
    """The signature (r, s); raises ValueError where another nonce (1 to N - 1) must be drawn."""
    first = _times(nonce, G)
    if first is None:
        raise ValueError("not a nonce")
    r = (_digest(public_point(private), message) + first[0]) % N
    s = pow(1 + private, -1, N) * (nonce - r * private) % N
    if r == 0 or r + nonce == N or s == 0:
        raise ValueError("draw another nonce")
    return r, s


def is_signed(point: tuple[int, int], message: bytes, r: int, s: int) -> bool:
    """Whether the holder of the point's private key signed the message."""
    t = (r + s) % N
    if not (0 < r < N and 0 < s < N and t):
        return False
    found = _add(_times(s, G), _times(t, point))
    return found is not None and (_digest(point, message) + found[0]) % N == r


def _digest(point: tuple[int, int], message: bytes) -> int:
    """SM3 over who signs, by which curve and key, and then the message (6.1 and 5.5)."""
    head = (len(DEFAULT_ID) * 8).to_bytes(2, "big") + DEFAULT_ID
    numbers = b"".join(one.to_bytes(SIZE, "big") for one in (A, B, *G, *point))
    return int.from_bytes(_sm3(_sm3(head + numbers) + message), "big")


def _sm3(data: bytes) -> bytes:
    made = hashes.Hash(hashes.SM3())
    made.update(data)
    return made.finalize()


def _times(factor: int, point: Point) -> Point:
    found: Point = None
    while factor:
        if factor & 1:
            found = _add(found, point)
        point, factor = _add(point, point), factor >> 1
    return found


def _add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return other if one is None else one
    if one[0] == other[0]:
        if (one[1] + other[1]) % P == 0:
            return None
        slope = (3 * one[0] * one[0] + A) * pow(2 * one[1], -1, P) % P
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P) % P
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P
