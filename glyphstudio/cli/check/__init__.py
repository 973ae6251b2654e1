"""The program checks itself: the headless job, the self-test of a package, the speed measurements."""
