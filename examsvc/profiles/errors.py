"""What a profile refuses."""


class EvidenceInvalid(Exception):
    """The result cannot be evidence; `code` says why."""

    def __init__(self, result_id: str, code: str) -> None:
        super().__init__(f"result {result_id}: {code}")
        self.result_id = result_id
        self.code = code
