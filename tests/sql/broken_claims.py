"""What breaks each claim of sql/checks on the good day of test_checks, and the row it names."""

from __future__ import annotations

from tests.sql.mart_inputs import DAY

WHO = {"feature": "chat", "workflow": "agent", "customer_id": "acme", "task_type": "refund"}

PAID = {"customer_id": "acme", "feature": "chat"}

GROUP = "openai / gpt-5-mini / chat / agent / acme"
KIND = "refund / chat / agent"
PAYER = "acme / pro / chat / USD"

PLACE = "bills / openai / (all) / proj / gpt-5 / usage / usd"
BROKEN: dict[str, list[tuple[str, str]]] = {
    "allocation_spreads_its_pools": [
        ("update marts.allocated_cost set direct_cost_usd = 0.300000000001", "(direct)"),
        ("update marts.allocated_cost set pool_kind = 'requests', given_cost_usd = 1", "(direct)"),
    ],
    "allowances_are_not_exceeded": [
        ("update core.allowance_use set free_quantity = 3", "org-1, three-a-day"),
        ("update core.allowance_use set quantity = 1", "org-1, three-a-day"),
        ("update steps.allowance_before set quantity = 2", "org-1, three-a-day"),
    ],
    "calls_alike_are_told_apart": [
        ("update core.sightings set content_match = 'ambiguous'", "posthog"),
    ],
    "commitment_cost_is_used_or_unused": [
        ("update core.commitment_use set unused_cost_usd = 0", "ptu"),
        ("update core.commitment_use set unused_cost_usd = -1, used_cost_usd = 1.3", "ptu"),
    ],
    "requests_bear_what_commitments_used": [
        ("update core.request_costs set commitment_cost_usd = null", "all commitments"),
        ("update core.commitment_use set used_cost_usd = 0.100000000001", "all commitments"),
    ],
    "adjustments_tie_to_requests": [
        ("update core.restated_requests set cost_usd = 0.100000000001 where cost_usd = 0.1", GROUP),
        ("update core.restated_requests set cost_usd = null where request_id = 'a'", GROUP),
        ("delete from steps.published_requests where request_id = 'b'", GROUP),
    ],
    "outcome_adjustments_tie_to_tasks": [
        ("update core.restated_tasks set outcome = 'unknown'", KIND),
        ("update core.restated_tasks set cost_usd = 0.300000000001", KIND),
        ("update core.restated_tasks set unpriced_requests = 1", KIND),
        ("delete from steps.published_tasks", KIND),
    ],
    "bill_adjustments_tie": [
        ("update core.restated_bills set billed_cost = 1", PLACE),
        ("update core.restated_bills set uncosted_lines = 1", PLACE),
        ("delete from core.restated_bills", PLACE),
        ("delete from steps.published_bills", PLACE),
    ],
    "billing_in_doubt_is_not_priced": [
        ("update marts.cost_per_request set billed_state = 'unknown' where request_id = 'a'", "a"),
        (
            "update marts.cost_per_request set billed_state = 'not_billed' where request_id = 'b'",
            "b",
        ),
    ],
    "calls_have_one_final_attempt": [
        ("update core.requests set call_id = 'c', is_final_attempt = true", "c")
    ],
    "cost_is_not_negative": [
        ("update core.request_costs set cost_usd = -1 where request_id = 'a'", "a"),
        ("update core.request_costs set reasoning_cost_usd = -1 where request_id = 'b'", "b"),
    ],
    "cost_is_the_sum_of_its_parts": [
        ("update core.request_costs set tool_cost_usd = 0.000000000001 where request_id = 'a'", "a")
    ],
    "every_mart_ties_to_requests": [
        ("update marts.cost_per_stage set cost_usd = 0.300000000001", "marts.cost_per_stage"),
        ("delete from marts.workflow_runs", "marts.workflow_runs"),
        ("update marts.cost_per_user set unpriced_requests = 1", "marts.cost_per_user"),
        ("update core.request_costs set cost_usd = 3 where request_id = 'b'", "core.request_costs"),
    ],
    "every_request_has_a_cost_row": [
        ("delete from core.request_costs where request_id = 'b'", "b"),
        ("delete from core.requests where request_id = 'a'", "a"),
    ],
    "every_task_has_one_outcome": [
        ("update marts.cost_per_successful_task set failed = 1", "refund, chat, agent")
    ],
    "every_task_of_a_request_is_known": [("delete from core.tasks", "t1")],
    "every_usage_has_a_price": [
        (
            """update marts.cost_per_request
               set cost_usd = null, unpriced_reason = 'no_price_at_date' where request_id = 'a'""",
            "openai, gpt-5-mini",
        )
    ],
    "metered_is_near_the_bill": [
        ("update marts.calibrated_cost set is_within_band = false", "openai on direct")
    ],
    "nearly_all_requests_are_attributed": [
        ("update marts.cost_per_request set feature = null where request_id = 'a'", "feature")
    ],
    "nearly_all_usage_is_reported": [
        (
            """update marts.cost_per_request
               set unpriced_reason = 'billed_state_unknown' where request_id = 'a'""",
            "all requests",
        )
    ],
    "request_ids_are_unique": [("insert into core.requests from core.requests limit 1", "a")],
    "revenue_has_an_exchange_rate": [
        (
            f"""insert into core.revenue by name
                select date '{DAY}' as day, 'acme' as customer_id, 'pro' as plan,
                    'chat' as feature, 'EUR' as currency, 1 as billed_revenue, 1 as amounts""",
            "acme",
        )
    ],
    "revenue_adjustments_tie": [
        ("update core.restated_revenue set billed_revenue = 1", PAYER),
        ("delete from core.restated_revenue", PAYER),
        ("delete from steps.published_revenue", PAYER),
    ],
    "pools_of_bills_are_in_dollars": [
        (
            f"""insert into core.provider_costs by name
                select 'fee' as record_id, date '{DAY}' as day, 5 as billed_cost, 'eur' as currency;
                insert into steps.pool_lines by name select 0 as rule_no, 'fee' as record_id""",
            "(direct)",
        )
    ],
    "requests_are_in_their_day": [
        ("update core.requests set started_at = '2026-03-03' where request_id = 'b'", "b")
    ],
    "stated_costs_agree_with_ours": [
        ("update marts.cost_per_request set reported_cost_usd = 9", "openai, gpt-5-mini")
    ],
    "token_classes_sum_to_the_totals": [
        ("update core.requests set prompt_tokens = 9 where request_id = 'a'", "a"),
        ("update core.requests set output_tokens = 9 where request_id = 'a'", "a"),
    ],
    "unpriced_cost_is_null_with_reason": [
        ("update core.request_costs set cost_usd = null where request_id = 'a'", "a"),
        ("update core.request_costs set unpriced_reason = 'x' where request_id = 'b'", "b"),
    ],
    "waste_ties_to_requests": [
        ("delete from marts.failure_waste", "retried"),
        ("update marts.failure_waste set waste_usd = 0", "retried"),
    ],
}
