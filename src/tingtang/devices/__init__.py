"""设备管理与物联总控: every machine of a branch, seen and controlled."""
