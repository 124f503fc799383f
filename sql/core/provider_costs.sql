-- One row per reported charge in one bucket: of each bucket just one delivery
-- grain: record_id
with
sized as (
    select
        *,
        coalesce(abs(billed_cost), 0) as row_size
    from steps.provider_cost_rows
),

delivered as (
    select
        *,
        sum(row_size) over (partition by source_format, scope_id, delivery_id) as delivery_size
    from sized
),

-- The newest by the report's own watermark; without one the largest, as a bucket grows until it is final.
placed as (
    select
        *,
        rank() over (
            partition by source_format, scope_id
            order by
                coalesce(is_final, false) desc, delivered_as_of desc nulls last, delivery_size desc, delivery_id asc
        ) as place
    from delivered
),

kept as (
    select *
    from placed
    where place = 1
),

-- Reports grouped otherwise repeat the same bucket.
groupings as (
    select
        provider,
        billing_account_id,
        source_format,
        kind,
        day,
        delivery_form,
        bucket_width,
        bucket_start,
        report_grouping,
        sum(row_size) as grouping_size,
        max(delivered_as_of) as as_of,
        row_number() over (
            partition by
                provider, billing_account_id, source_format, kind, day, delivery_form, bucket_width, bucket_start
            order by
                max(delivered_as_of) desc nulls last, sum(row_size) desc,
                length(report_grouping) desc, report_grouping asc
        ) as place
    from kept
    where not is_repeat
    group by
        provider, billing_account_id, source_format, kind, day, delivery_form, bucket_width, bucket_start,
        report_grouping
),

-- Reports in other buckets, in another form or of another source repeat the same day.
series as (
    select
        provider,
        billing_account_id,
        source_format,
        kind,
        day,
        delivery_form,
        bucket_width,
        row_number() over (
            partition by provider, billing_account_id, kind, day
            order by
                sum(grouping_size) desc, max(as_of) desc nulls last,
                source_format asc, delivery_form asc, bucket_width asc
        ) as place
    from groupings
    where place = 1
    group by provider, billing_account_id, source_format, kind, day, delivery_form, bucket_width
)

select
    r.record_id,
    r.day,
    r.provider,
    r.platform,
    r.source_format,
    r.kind,
    r.bucket_start,
    r.bucket_end,
    r.bucket_width,
    r.report_grouping,
    coalesce(g.place = 1 and s.place = 1 and not r.is_repeat, false) as is_primary,
    coalesce(not r.is_final, r.bucket_end > r.delivered_as_of) as is_provisional,
    r.billing_account_id,
    r.workspace_id,
    r.workspace_name,
    r.api_key_id,
    r.api_key_name,
    r.user_id,
    r.raw_model,
    r.service_tier,
    r.is_batch,
    r.context_window,
    r.inference_geo,
    r.speed,
    r.api_source,
    r.line_item,
    r.cost_type,
    r.token_class,
    -- Where the report has no kinds, the sign and the words of the line tell.
    case
        when r.charge_category is not null then r.charge_category
        when r.billed_cost < 0 and r.cost_type <> 'not_split' and coalesce(r.quantity, 0) >= 0
            then
                case
                    when lower(r.line_item) like '%discount%' then 'discount'
                    when lower(r.line_item) like '%refund%' or lower(r.line_item) like '%adjustment%' then 'adjustment'
                    else 'credit'
                end
        when regexp_extract(lower(r.line_item), '(^|[^a-z])(tax|vat|gst)($|[^a-z])', 2) <> '' then 'tax'
        else 'usage'
    end as charge_category,
    r.resource_id,
    r.billed_cost,
    r.billed_cost_usd,
    r.list_cost_usd,
    r.effective_cost_usd,
    r.currency,
    r.amount_text,
    r.amount_unit,
    r.quantity,
    r.quantity_unit
from kept as r
left join groupings as g
    on
        r.provider = g.provider
        and r.billing_account_id is not distinct from g.billing_account_id
        and r.source_format = g.source_format
        and r.kind = g.kind
        and r.day = g.day
        and r.delivery_form = g.delivery_form
        and r.bucket_width is not distinct from g.bucket_width
        and r.bucket_start = g.bucket_start
        and r.report_grouping = g.report_grouping
left join series as s
    on
        r.provider = s.provider
        and r.billing_account_id is not distinct from s.billing_account_id
        and r.source_format = s.source_format
        and r.kind = s.kind
        and r.day = s.day
        and r.delivery_form = s.delivery_form
        and r.bucket_width is not distinct from s.bucket_width
where not r.is_empty_bucket
order by r.record_id
