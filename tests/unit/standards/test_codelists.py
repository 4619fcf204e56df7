import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.standards import codelists
from doudi.standards.codelists import _plain

LISTS = codelists()
ALL_CODES = [(name, code) for name, listed in LISTS.items() for code in listed.codes]


def test_every_list_of_the_requirement_is_there():
    assert set(LISTS) == {
        *("sex", "ethnicity", "relation", "hukou_kind", "marital", "visit_kind", "insured_kind", "medical_aid_kind", "school_stage"),
        *("enrolment_status", "education_aid_kind", "employment_kind", "pension_status", "employment_service_kind", "housing_aid_kind"),
        *("house_grade", "monitoring_kind", "cause", "house_damage", "disaster_aid_kind", "disability_kind", "certificate_status"),
        *("urban_rural", "support_mode", "self_care", "care_mode", "program", "temporary_aid_kind", "service_kind"),
        *("casework_kind", "casework_finding"),  # our own: what flows back from the work
    }
    assert all(listed.title and listed.source for listed in LISTS.values())


def test_the_national_lists_are_whole():
    assert list(LISTS["ethnicity"].codes) == [f"{n:02d}" for n in range(1, 57)] + ["97", "98"]
    assert LISTS["ethnicity"].label("15") == "土家族"
    assert len(LISTS["relation"].codes) == 84
    assert LISTS["relation"].label("02") == "户主"


@pytest.mark.parametrize(("name", "code"), ALL_CODES)
def test_code_and_label_and_both_together_mean_the_code(name: str, code: str):
    listed = LISTS[name]
    label = listed.label(code)
    forms = [code, label, f" {code} ", f"{code} {label}", f"{code}-{label}", f"{code}.{label}"]
    forms += [f"{label}({code})", f"{label}（{code}）", f"［{code}］{label}", f"{label} {code}"]
    assert {form: listed.code_for(form) for form in forms} == dict.fromkeys(forms, code)


@pytest.mark.parametrize("name", LISTS)
def test_no_spelling_means_two_codes(name: str):
    listed = LISTS[name]
    meant = [(_plain(word), code) for word, code in (*((label, code) for code, label in listed.codes.items()), *listed.also.items())]
    assert len({word for word, _ in meant}) == len(meant)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("ethnicity", "1", "01"),
        ("ethnicity", "001", "01"),
        ("ethnicity", "0１", "01"),
        ("ethnicity", "1.0", "01"),
        ("ethnicity", "汉", "01"),
        ("ethnicity", "土家", "15"),
        ("ethnicity", "土", "30"),
        ("ethnicity", "'13", "13"),
        ("relation", "2", "02"),
        ("relation", "儿子", "20"),
        ("relation", "女儿", "30"),
        ("relation", "长子", "22"),
        ("relation", "妻", "12"),
        ("relation", "孙", "40"),
        ("relation", "99", "99"),
        ("sex", "01", "1"),
        ("sex", "男性", "1"),
        ("sex", " 女 ", "2"),
        ("sex", "00", "0"),
        ("marital", "22", "20"),
        ("marital", "离异", "40"),
        ("house_grade", "c", "C"),
        ("house_grade", "Ｃ级", "C"),
        ("house_grade", "C-C级", "C"),
        ("house_damage", "无", "0"),
        ("program", "6", "06"),
        ("insured_kind", "居民医保", "390"),
    ],
)
def test_deliveries_write_codes_in_many_ways(name: str, text: str, code: str):
    assert LISTS[name].code_for(text) == code


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("sex", text) for text in ("11", "3", "", "男女", "1.5", "١", "男 女", "1 女")),
        *(("ethnicity", text) for text in ("57", "02汉族", "汉族(02)", "汉族01 02")),
        *(("visit_kind", text) for text in ("ZZ", "88", "-1", "1" * 9999, "门诊" * 9999)),
        ("marital", "1"),
        ("relation", "0202"),
    ],
)
def test_what_means_no_code_gives_none(name: str, text: str):
    assert LISTS[name].code_for(text) is None


@given(st.sampled_from(sorted(LISTS)), st.text(max_size=12))
def test_any_text_gives_a_code_of_the_list_or_none(name: str, text: str):
    code = LISTS[name].code_for(text)
    assert code is None or code in LISTS[name].codes


def test_an_unknown_code_has_no_label():
    with pytest.raises(KeyError):
        LISTS["sex"].label("7")
