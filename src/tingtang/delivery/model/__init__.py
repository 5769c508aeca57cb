"""Items, cabinets, voucher stock and clearing without I/O."""
