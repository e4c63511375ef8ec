"""The command line: one file per group of verbs.

Every verb takes ``--json``: one JSON object on stdout, everything else on stderr.  Exit codes: 0 done, 1 an SCF
that did not converge (its result is kept, marked as such), 2 bad input with one line that says what to do.
Lengths are in Angstrom and energies in eV unless a ``units`` key says otherwise.
"""
