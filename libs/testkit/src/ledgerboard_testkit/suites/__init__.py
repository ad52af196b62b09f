"""What a fake and its real twin both promise, as tests.

A suite is a mixin: a test class inherits it and gives it, by a fixture, the thing to test. Fakes that pass the same
suite as the real thing cannot lead a unit test astray.
"""
