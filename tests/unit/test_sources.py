"""Numbers against their sources."""

from rederive.checks.sources import judge_against_source
from rederive.printed import Printed
from rederive.verdicts import Verdict


def test_a_number_is_the_sources_or_it_is_not():
    eleven, twelve = Printed.parse("11"), Printed.parse("12")
    assert judge_against_source(eleven, eleven, "abstract").verdict is Verdict.COHERENT
    assert judge_against_source(eleven, twelve, "abstract").verdict is Verdict.CONTRADICTED
    assert judge_against_source(Printed.parse("75%"), Printed.parse("75.2%"), "abstract").verdict is Verdict.COHERENT
