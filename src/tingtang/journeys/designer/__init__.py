"""流程设计: scenarios are drawn, checked, tried and put into force without code, by two people."""
