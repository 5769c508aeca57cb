"""智能交易: business that runs step by step on any terminal, described by BPMN files."""
