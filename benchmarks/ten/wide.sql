-- The ten rules by hand, the way Doudi keeps them: everybody's facts, then alerts, the evidence of each condition, and what is unknown.
-- One pass per dataset. The lake's tables are views of their own names; `as_of` is a variable.

CREATE MACRO as_of() AS getvariable('as_of');
CREATE MACRO a_year_ago() AS CAST(getvariable('as_of') - INTERVAL 1 YEAR AS DATE);
CREATE MACRO month_of(day) AS CAST(year(day) * 12 + month(day) - 1 AS INTEGER);
CREATE MACRO this_month() AS month_of(getvariable('as_of'));
CREATE MACRO within_year(day) AS day > a_year_ago() AND day <= as_of();
CREATE MACRO open_months(start_month, end_month) AS
    greatest(0, least(coalesce(end_month, this_month()), this_month()) - greatest(start_month, this_month() - 11) + 1);
CREATE MACRO open_days(start_date, end_date) AS
    CASE WHEN end_date <= start_date THEN 0 ELSE open_months(month_of(start_date), month_of(CAST(end_date - INTERVAL 1 DAY AS DATE))) END;
CREATE MACRO any_true(test) AS CASE WHEN bool_or(test) THEN TRUE WHEN count(test) < count(*) THEN NULL ELSE FALSE END;
CREATE MACRO years(birth_date) AS CAST(date_sub('year', birth_date, as_of()) AS INTEGER);
CREATE MACRO listed_now(start_month, end_month) AS start_month <= this_month() AND (end_month IS NULL OR end_month >= this_month());
CREATE MACRO recognised_now(since, valid_until) AS since <= as_of() AND (valid_until IS NULL OR valid_until >= as_of());
CREATE MACRO terms() AS CASE  -- this term and the one before
    WHEN month(as_of()) >= 9 THEN [concat(year(as_of()), '-', year(as_of()) + 1, '-1'), concat(year(as_of()) - 1, '-', year(as_of()), '-2')]
    WHEN month(as_of()) >= 2 THEN [concat(year(as_of()) - 1, '-', year(as_of()), '-2'), concat(year(as_of()) - 1, '-', year(as_of()), '-1')]
    ELSE [concat(year(as_of()) - 1, '-', year(as_of()), '-1'), concat(year(as_of()) - 2, '-', year(as_of()) - 1, '-2')] END;

CREATE TABLE everybody AS
WITH dead AS (SELECT person, max(death_date) AS death_date FROM death WHERE death_date <= as_of() AND person IS NOT NULL GROUP BY person)
SELECT coalesce(p.person, d.person) AS person, p.household, p.birth_date, p.relation, p.hukou_region, p.hukou_kind,
    coalesce(p.listed, FALSE) AS listed, d.person IS NULL AS living, d.death_date
FROM people p FULL JOIN dead d ON p.person = d.person;

CREATE TABLE persons AS
WITH
dibao AS (
    SELECT s.person, bool_or(listed_now(s.start_month, s.end_month)) AS dibao,
        bool_or(listed_now(s.start_month, s.end_month) AND s.region[:6] = r.from_region[:6]) AS old_home,
        bool_or(listed_now(s.start_month, s.end_month) AND s.region[:6] = r.to_region[:6]) AS new_home
    FROM subsistence_allowance s LEFT JOIN relocation r ON s.person = r.person GROUP BY s.person),
moved AS (SELECT person, bool_or(from_region[:6] <> to_region[:6]) AS between_counties FROM relocation GROUP BY person),
tekun AS (SELECT DISTINCT person FROM extreme_poverty WHERE listed_now(start_month, end_month)),
orphan AS (SELECT DISTINCT person FROM orphan_aid WHERE listed_now(start_month, end_month)),
unattended AS (SELECT DISTINCT person FROM de_facto_unattended_child WHERE listed_now(start_month, end_month)),
edge AS (SELECT DISTINCT person FROM allowance_edge WHERE recognised_now(determined_date, valid_until)),
rigid AS (SELECT DISTINCT person FROM rigid_expenditure WHERE recognised_now(determined_date, valid_until)),
monitored AS (SELECT DISTINCT person FROM poverty_return_monitoring WHERE identify_date <= as_of() AND NOT risk_removed),
disability AS (
    SELECT person, any_true(status = '1' AND expiry_date >= as_of()
        AND (kind IN ('5', '6') AND grade IN (1, 2, 3) OR kind = '4' AND grade IN (1, 2) OR kind = '1' AND grade = 1)) AS without_labour
    FROM disability_certificate GROUP BY person),
wages AS (SELECT person, sum(monthly_wage * open_days(start_date, end_date)) AS amount FROM employment GROUP BY person),
public AS (
    SELECT person, sum(monthly_pension * open_months(start_month, NULL)) AS amount
    FROM pension_public WHERE status = '3' AND start_month IS NOT NULL GROUP BY person),
enterprise AS (
    SELECT person, sum(monthly_pension * open_months(start_month, NULL)) AS amount
    FROM pension_enterprise WHERE status = '3' AND start_month IS NOT NULL GROUP BY person),
jobless AS (
    SELECT person, sum(benefit_monthly * open_days(register_date, end_date)) AS benefit,
        any_true(register_date <= as_of() AND (end_date IS NULL OR end_date > as_of()) AND willing) AS willing
    FROM unemployment GROUP BY person),
services AS (
    SELECT person, count(*) FILTER (service_kind = '1') AS offers, count(*) FILTER (service_kind = '2') AS guidance,
        count(*) FILTER (service_kind = '3') AS training
    FROM employment_aid WHERE year(service_date) = year(as_of()) GROUP BY person),
insured AS (SELECT DISTINCT person FROM insurance_enrolment WHERE year = year(as_of())),
inpatient AS (SELECT DISTINCT person, visit_no FROM medical_expense WHERE visit_kind = '2'),
settled AS (
    SELECT r.person, sum(r.aid_paid) AS aid_paid, sum(r.self_paid) FILTER (i.visit_no IS NOT NULL) AS inpatient_self_paid
    FROM insurance_reimbursement r LEFT JOIN inpatient i ON r.person = i.person AND r.visit_no = i.visit_no
    WHERE within_year(r.settle_date) GROUP BY r.person),
medical AS (SELECT DISTINCT person FROM medical_aid WHERE within_year(aid_date) AND aid_kind IN ('2', '3', '4', '5')),
student AS (
    SELECT person, any_true(status = '1' AND (stage IN ('1', '4', '5', '6', '7') OR stage IN ('2', '3') AND boarding)) AS aided_stage
    FROM school_enrolment GROUP BY person),
schooled AS (SELECT DISTINCT person FROM education_aid WHERE list_contains(terms(), term)),
rebuilt AS (SELECT household, max(aid_date) AS last FROM housing_aid WHERE aid_kind = '3' GROUP BY household),
house AS (
    SELECT s.person, any_true(s.grade = 'N' OR s.grade IN ('C', 'D') AND s.only_house) AS unsafe,
        any_true((s.grade = 'N' OR s.grade IN ('C', 'D') AND s.only_house) AND (r.household IS NULL OR NOT r.last >= s.appraise_date)) AS unaided
    FROM house_safety s LEFT JOIN rebuilt r ON s.household = r.household GROUP BY s.person),
repeated AS (
    SELECT person, count(*) AS times FROM temporary_aid t
    WHERE within_year(aid_date) AND EXISTS (
        SELECT 1 FROM temporary_aid o WHERE o.person = t.person AND o.kind = t.kind AND (o.delivery, o.row) <> (t.delivery, t.row)
            AND t.aid_date BETWEEN o.aid_date AND o.aid_date + 30 AND o.region[:6] <> t.region[:6])
    GROUP BY person),
late_money AS (
    SELECT p.person, count(*) AS times FROM payment p JOIN everybody e ON NOT e.living AND p.person = e.person
    WHERE within_year(p.due_date) AND p.paid_date IS NOT NULL AND p.month > month_of(e.death_date) GROUP BY p.person),
late_living AS (
    SELECT p.person, count(*) AS times FROM disabled_living_subsidy p JOIN everybody e ON NOT e.living AND p.person = e.person
    WHERE p.month BETWEEN this_month() - 11 AND this_month() AND p.paid_date IS NOT NULL AND p.month > month_of(e.death_date) GROUP BY p.person),
late_nursing AS (
    SELECT p.person, count(*) AS times FROM severe_disabled_nursing_subsidy p JOIN everybody e ON NOT e.living AND p.person = e.person
    WHERE p.month BETWEEN this_month() - 11 AND this_month() AND p.paid_date IS NOT NULL AND p.month > month_of(e.death_date) GROUP BY p.person)
SELECT e.person, e.household, e.living AND e.listed AS present, NOT e.living AS deceased, years(e.birth_date) AS age,
    coalesce(dibao.dibao, FALSE) AS dibao, coalesce(dibao.old_home, FALSE) AS dibao_at_old_home,
    coalesce(dibao.new_home, FALSE) AS dibao_at_new_home, coalesce(moved.between_counties, FALSE) AS moved,
    tekun.person IS NOT NULL AS tekun, orphan.person IS NOT NULL AS orphan, unattended.person IS NOT NULL AS unattended,
    edge.person IS NOT NULL AS edge, rigid.person IS NOT NULL AS rigid, monitored.person IS NOT NULL AS monitored,
    coalesce(dibao.dibao, FALSE) OR tekun.person IS NOT NULL AS core,
    coalesce(dibao.dibao, FALSE) OR coalesce(tekun.person, edge.person, rigid.person, monitored.person, orphan.person, unattended.person) IS NOT NULL
        AS covered,
    CASE WHEN disability.person IS NULL THEN FALSE ELSE disability.without_labour END AS without_labour,
    CAST(coalesce(wages.amount, 0) AS BIGINT) AS wages_12m, CAST(coalesce(public.amount, 0) AS BIGINT) AS pension_public_12m,
    CAST(coalesce(enterprise.amount, 0) AS BIGINT) AS pension_enterprise_12m, CAST(coalesce(jobless.benefit, 0) AS BIGINT) AS benefit_12m,
    CASE WHEN jobless.person IS NULL THEN FALSE ELSE jobless.willing END AS unemployed_willing,
    coalesce(services.offers, 0) AS offers, coalesce(services.guidance, 0) AS guidance, coalesce(services.training, 0) AS training,
    insured.person IS NOT NULL AS insured, CAST(coalesce(settled.inpatient_self_paid, 0) AS BIGINT) AS inpatient_self_paid_12m,
    CAST(coalesce(settled.aid_paid, 0) AS BIGINT) AS medical_aid_settled_12m, medical.person IS NOT NULL AS medical_aid_given_12m,
    CASE WHEN student.person IS NULL THEN FALSE ELSE student.aided_stage END AS aided_stage, schooled.person IS NOT NULL AS schooled,
    CASE WHEN house.person IS NULL THEN FALSE ELSE house.unsafe END AS house_unsafe,
    CASE WHEN house.person IS NULL THEN FALSE ELSE house.unaided END AS house_unaided,
    coalesce(repeated.times, 0) AS repeated_aids,
    coalesce(late_money.times, 0) + coalesce(late_living.times, 0) + coalesce(late_nursing.times, 0) AS paid_after_death
FROM everybody e
LEFT JOIN dibao ON e.person = dibao.person LEFT JOIN moved ON e.person = moved.person LEFT JOIN tekun ON e.person = tekun.person
LEFT JOIN orphan ON e.person = orphan.person LEFT JOIN unattended ON e.person = unattended.person LEFT JOIN edge ON e.person = edge.person
LEFT JOIN rigid ON e.person = rigid.person LEFT JOIN monitored ON e.person = monitored.person
LEFT JOIN disability ON e.person = disability.person LEFT JOIN wages ON e.person = wages.person LEFT JOIN public ON e.person = public.person
LEFT JOIN enterprise ON e.person = enterprise.person LEFT JOIN jobless ON e.person = jobless.person LEFT JOIN services ON e.person = services.person
LEFT JOIN insured ON e.person = insured.person LEFT JOIN settled ON e.person = settled.person LEFT JOIN medical ON e.person = medical.person
LEFT JOIN student ON e.person = student.person LEFT JOIN schooled ON e.person = schooled.person LEFT JOIN house ON e.person = house.person
LEFT JOIN repeated ON e.person = repeated.person LEFT JOIN late_money ON e.person = late_money.person
LEFT JOIN late_living ON e.person = late_living.person LEFT JOIN late_nursing ON e.person = late_nursing.person;

CREATE TABLE households AS
WITH
heads AS (  -- the head of the household, the living first; without a head the oldest
    SELECT household, arg_min(hukou_region[:6], place) AS county, arg_min(coalesce(hukou_kind = '1', FALSE), place) AS rural
    FROM (
        SELECT household, hukou_region, hukou_kind, row(coalesce(relation, '') NOT IN ('01', '02'), NOT living,
            birth_date IS NULL, coalesce(birth_date, DATE '1900-01-01'), -person) AS place
        FROM everybody WHERE listed AND household IS NOT NULL)
    GROUP BY household),
checks AS (
    SELECT c.household, max_by(struct_pack(income := c.income_12m, deposits := c.deposits, vehicles := c.vehicles, houses := c.houses,
        business := c.business), row(c.check_date, c.check_no, c.delivery, c.row)) AS last
    FROM economic_check c JOIN everybody e ON c.person = e.person
    WHERE e.living AND e.listed AND c.household IS NOT NULL AND within_year(c.check_date) GROUP BY c.household),
members AS (
    SELECT household, count(*) AS members, bool_or(core) AS any_core, bool_or(edge) AS any_edge, bool_or(rigid) AS any_rigid,
        bool_or(monitored) AS any_monitored, bool_or(covered) AS any_covered, any_true(house_unsafe) AS house_unsafe, any_true(house_unaided) AS house_unaided,
        CAST(sum(wages_12m + pension_public_12m + pension_enterprise_12m + benefit_12m) AS BIGINT) AS income_known_12m
    FROM persons WHERE present AND household IS NOT NULL GROUP BY household)
SELECT m.*, h.county, h.rural, c.household IS NOT NULL AS checked, c.last.income AS income_12m, c.last.deposits AS deposits,
    c.last.vehicles AS vehicles, c.last.houses AS houses, c.last.business AS business,
    CASE WHEN h.county LIKE '43%' THEN CASE WHEN h.rural THEN 48500 ELSE 74000 END END AS dibao_standard,
    CASE WHEN h.county LIKE '43%' THEN 2 END AS deposit_factor, CASE WHEN h.county LIKE '43%' THEN 300000 END AS inpatient_line
FROM members m LEFT JOIN heads h ON m.household = h.household LEFT JOIN checks c ON m.household = c.household;

CREATE MACRO line(number, name, holds, said, line) AS
    {position: number, condition: name, result: holds, value: CAST(said AS VARCHAR), threshold: CAST(line AS VARCHAR)};
CREATE MACRO unless(holds, says) AS CASE WHEN holds IS NULL THEN says END;
CREATE MACRO checked_or(checked, says) AS CASE WHEN checked THEN says ELSE '近12个月没有经济状况核对报告' END;

CREATE TABLE judged_persons AS
SELECT p.*, h.members, h.any_core, h.any_edge, h.any_rigid, h.any_monitored, h.income_known_12m, h.dibao_standard, h.inpatient_line,
    p.moved AND p.dibao AND p.dibao_at_old_home AND p.dibao_at_new_home AS d05,
    p.repeated_aids >= 1 AS d07,
    p.covered AND NOT p.insured AS e02,
    (p.core OR p.edge) AND p.inpatient_self_paid_12m > h.inpatient_line AND NOT p.medical_aid_settled_12m > 0 AND NOT p.medical_aid_given_12m AS e03,
    (h.any_core OR h.any_edge OR h.any_rigid OR h.any_monitored) AND p.aided_stage AND NOT p.schooled AS e04,
    p.covered AND p.unemployed_willing AND month(as_of()) >= 10 AND (p.offers < 3 OR p.guidance < 1 OR p.training < 1) AS e08,
    p.deceased AND p.paid_after_death > 0 AS f01,
    h.members = 1 AND (p.age >= 60 OR p.age < 16 OR p.without_labour) AND h.income_known_12m < h.dibao_standard * 12
        AND NOT p.core AND NOT p.orphan AND NOT p.unattended AS k05
FROM persons p LEFT JOIN households h ON p.household = h.household
WHERE p.present AND coalesce(d05 OR d07 OR e02 OR e03 OR e04 OR e08 OR k05, TRUE) OR f01;  -- whom a rule hits or leaves open

CREATE TABLE judged_households AS
SELECT *, (house_unsafe IS NULL OR house_unsafe) AND NOT house_unaided AS made_safe,
    any_covered AND rural AND house_unsafe AND NOT ((house_unsafe IS NULL OR house_unsafe) AND NOT house_unaided) AS e07,
    income_12m < dibao_standard * 12 * members AND deposits <= deposit_factor * 12 * dibao_standard * members AND vehicles = 0 AND houses <= 1
        AND NOT business AND NOT any_core AS k01
FROM households;

CREATE TABLE evidence AS
SELECT 'D05' AS rule, person, household, unnest([
    line(1, 'moved_between_counties', moved, moved, NULL), line(2, 'on_dibao', dibao, dibao, NULL),
    line(3, 'dibao_at_old_home', dibao_at_old_home, dibao_at_old_home, NULL),
    line(4, 'dibao_at_new_home', dibao_at_new_home, dibao_at_new_home, NULL)], recursive := TRUE)
FROM judged_persons WHERE d05 AND present
UNION ALL SELECT 'D07', person, household, unnest([line(1, 'aided_twice', repeated_aids >= 1, repeated_aids, 1)], recursive := TRUE)
FROM judged_persons WHERE d07 AND present
UNION ALL SELECT 'E02', person, household, unnest([
    line(1, 'is_covered', covered, covered, NULL), line(2, 'insured', insured, insured, NULL)], recursive := TRUE)
FROM judged_persons WHERE e02 AND present
UNION ALL SELECT 'E03', person, household, unnest([
    line(1, 'in_aided_class', core OR edge, NULL, NULL),
    line(2, 'inpatient_self_paid_over_line', inpatient_self_paid_12m > inpatient_line, inpatient_self_paid_12m, inpatient_line),
    line(3, 'aid_settled', medical_aid_settled_12m > 0, medical_aid_settled_12m, 0),
    line(4, 'aid_given', medical_aid_given_12m, medical_aid_given_12m, NULL)], recursive := TRUE)
FROM judged_persons WHERE e03 AND present
UNION ALL SELECT 'E04', person, household, unnest([
    line(1, 'low_income_household', any_core OR any_edge OR any_rigid OR any_monitored, NULL, NULL),
    line(2, 'in_aided_stage', aided_stage, aided_stage, NULL), line(3, 'aided', schooled, schooled, NULL)], recursive := TRUE)
FROM judged_persons WHERE e04 AND present
UNION ALL SELECT 'E07', NULL, household, unnest([
    line(1, 'household_is_covered', any_covered, any_covered, NULL), line(2, 'is_rural', rural, rural, NULL),
    line(3, 'house_unsafe', house_unsafe, house_unsafe, NULL), line(4, 'made_safe', made_safe, made_safe, NULL)], recursive := TRUE)
FROM judged_households WHERE e07
UNION ALL SELECT 'E08', person, household, unnest([
    line(1, 'is_covered', covered, covered, NULL), line(2, 'unemployed_and_willing', unemployed_willing, unemployed_willing, NULL),
    line(3, 'from_october', TRUE, NULL, NULL),
    line(4, 'service_incomplete', offers < 3 OR guidance < 1 OR training < 1, NULL, NULL)], recursive := TRUE)
FROM judged_persons WHERE e08 AND present
UNION ALL SELECT 'F01', person, household, unnest([
    line(1, 'is_dead', deceased, deceased, NULL), line(2, 'paid_after_death', paid_after_death > 0, paid_after_death, 0)], recursive := TRUE)
FROM judged_persons WHERE f01 AND deceased
UNION ALL SELECT 'K01', NULL, household, unnest([
    line(1, 'income_below_dibao', income_12m < dibao_standard * 12 * members, income_12m, dibao_standard * 12 * members),
    line(2, 'deposits_within_dibao', deposits <= deposit_factor * 12 * dibao_standard * members, deposits,
        deposit_factor * 12 * dibao_standard * members),
    line(3, 'no_vehicle', vehicles = 0, vehicles, 0), line(4, 'one_house_at_most', houses <= 1, houses, 1),
    line(5, 'has_business', business, business, NULL), line(6, 'household_has_core', any_core, any_core, NULL)], recursive := TRUE)
FROM judged_households WHERE k01
UNION ALL SELECT 'K05', person, household, unnest([
    line(1, 'lives_alone', members = 1, members, 1),
    line(2, 'without_labour', age >= 60 OR age < 16 OR without_labour, NULL, NULL),
    line(3, 'known_income_below_dibao', income_known_12m < dibao_standard * 12, income_known_12m, dibao_standard * 12),
    line(4, 'already_core', core, core, NULL), line(5, 'already_orphan', orphan, orphan, NULL),
    line(6, 'already_unattended', unattended, unattended, NULL)], recursive := TRUE)
FROM judged_persons WHERE k05 AND present;

CREATE TABLE alerts AS
SELECT rule, person, household FROM evidence WHERE position = 1;

CREATE TABLE unknowns AS
SELECT 'E03' AS rule, person, household, 'inpatient_self_paid_over_line' AS conditions, '参数「住院自付救助关注线」在该地没有数值' AS reasons
FROM judged_persons WHERE e03 IS NULL AND present
UNION ALL SELECT 'E04', person, household,
    concat_ws(',', unless(any_core OR any_edge OR any_rigid OR any_monitored, 'low_income_household'), unless(aided_stage, 'in_aided_stage')),
    concat_ws(e'\n', unless(any_core OR any_edge OR any_rigid OR any_monitored, '家中有人享受低保或特困供养不明'),
        unless(aided_stage, '学籍未填写是否寄宿'))
FROM judged_persons WHERE e04 IS NULL AND present
UNION ALL SELECT 'E07', NULL, household,
    concat_ws(',', unless(rural, 'is_rural'), unless(house_unsafe, 'house_unsafe'), unless(made_safe, 'made_safe')),
    concat_ws(e'\n', unless(rural, '农村家庭不明'), unless(house_unsafe, '家中唯一住房为C、D级危房或无房不明'),
        unless(made_safe, '房屋鉴定未填写是否唯一住房或鉴定日期'))
FROM judged_households WHERE e07 IS NULL
UNION ALL SELECT 'E08', person, household, 'unemployed_and_willing', '失业登记未填写就业意愿'
FROM judged_persons WHERE e08 IS NULL AND present
UNION ALL SELECT 'K01', NULL, household,
    concat_ws(',', unless(income_12m < dibao_standard * 12 * members, 'income_below_dibao'),
        unless(deposits <= deposit_factor * 12 * dibao_standard * members, 'deposits_within_dibao'),
        unless(vehicles = 0, 'no_vehicle'), unless(houses <= 1, 'one_house_at_most'), unless(business, 'has_business')),
    concat_ws(e'\n', unless(income_12m < dibao_standard * 12 * members, checked_or(checked, '参数「最低生活保障标准」在该地没有数值')),
        unless(deposits <= deposit_factor * 12 * dibao_standard * members, checked_or(checked, CASE WHEN deposits IS NULL
            THEN '核对报告未填写存款及有价证券' ELSE '参数「低保存款上限倍数」在该地没有数值' END)),
        unless(vehicles = 0, checked_or(checked, '核对报告未填写机动车数量')),
        unless(houses <= 1, checked_or(checked, '核对报告未填写住房套数')),
        unless(business, checked_or(checked, '核对报告未填写有市场主体登记')))
FROM judged_households WHERE k01 IS NULL
UNION ALL SELECT 'K05', person, household,
    concat_ws(',', unless(members = 1, 'lives_alone'), unless(age >= 60 OR age < 16 OR without_labour, 'without_labour'),
        unless(income_known_12m < dibao_standard * 12, 'known_income_below_dibao')),
    concat_ws(e'\n', unless(members = 1, '人员基本信息缺失'),
        unless(age >= 60 OR age < 16 OR without_labour, CASE WHEN age IS NULL THEN '人口信息没有出生日期' ELSE '残疾人证未填写有效期' END),
        unless(income_known_12m < dibao_standard * 12, CASE WHEN income_known_12m IS NULL
            THEN '近12个月家庭可见收入不明' ELSE '参数「最低生活保障标准」在该地没有数值' END))
FROM judged_persons WHERE k05 IS NULL AND present;
