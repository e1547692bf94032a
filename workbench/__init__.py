"""The one room that knows both sides: the command `loopstart`, the demo, pictures of calls, bench."""
