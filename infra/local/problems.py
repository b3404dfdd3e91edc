"""What can go wrong when the stack starts, said so that the person at the keyboard can mend it."""


class StackError(Exception):
    """Something the operator must change; the text is Chinese and says what to do."""


class PortTakenError(StackError):
    """Another program listens where we must."""

    def __init__(self, what: str, port: int, setting: str) -> None:
        super().__init__(f"端口 {port}（{what}）已被其他程序占用。请关闭该程序，或用 {setting} 换一个端口。")
        self.port = port
        self.setting = setting


class AlreadyRunningError(StackError):
    """The data folder belongs to another running stack."""


class StartFailedError(StackError):
    """A program ended, or was not ready in time; the text ends with its last log lines."""
