-- One row per charge: a UTC day's use of one meter at one price for one owner, or a correction of a closed month
-- grain: day, charge_class, cause, adjusted_day, owner and place, cost_basis, contract_ids, part, token_class, price_id
--
-- The classes of one part of the cost are told apart where their list prices account for it to the last digit; else
-- they stay one charge. List and contracted cost are known per request only: its charges bear them as they bear the
-- effective cost. Requests without a price are in no charge.
with usage as (
    select
        row_number() over () as usage_no,
        day,
        provider,
        platform,
        account_id,
        region_scope,
        model,
        service_tier,
        is_batch,
        customer_id,
        feature,
        team,
        workflow,
        environment,
        cost_basis,
        price_ids,
        contract_ids,
        list_cost_usd is not null as has_list_price,
        count(*) as requests,
        cast(sum(input_tokens) as decimal(24, 6)) as input_tokens,
        cast(sum(input_audio_tokens) as decimal(24, 6)) as input_audio_tokens,
        cast(sum(input_image_tokens) as decimal(24, 6)) as input_image_tokens,
        cast(sum(cache_read_tokens) as decimal(24, 6)) as cache_read_tokens,
        cast(sum(cache_read_audio_tokens) as decimal(24, 6)) as cache_read_audio_tokens,
        cast(sum(cache_read_image_tokens) as decimal(24, 6)) as cache_read_image_tokens,
        cast(sum(cache_write_5m_tokens) as decimal(24, 6)) as cache_write_5m_tokens,
        cast(sum(cache_write_1h_tokens) as decimal(24, 6)) as cache_write_1h_tokens,
        cast(sum(cache_write_30m_tokens) as decimal(24, 6)) as cache_write_30m_tokens,
        cast(sum(cache_write_12h_tokens) as decimal(24, 6)) as cache_write_12h_tokens,
        cast(sum(cache_write_unknown_tokens) as decimal(24, 6)) as cache_write_unknown_tokens,
        cast(sum(output_tokens) as decimal(24, 6)) as output_tokens,
        cast(sum(output_audio_tokens) as decimal(24, 6)) as output_audio_tokens,
        cast(sum(output_image_tokens) as decimal(24, 6)) as output_image_tokens,
        cast(sum(reasoning_tokens) as decimal(24, 6)) as reasoning_tokens,
        cast(sum(coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0)) as decimal(24, 6)) as committed_tokens,
        cast(sum(web_search_calls) as decimal(24, 6)) as web_search_calls,
        cast(sum(web_fetch_calls) as decimal(24, 6)) as web_fetch_calls,
        cast(sum(file_search_calls) as decimal(24, 6)) as file_search_calls,
        cast(sum(grounding_prompts) as decimal(24, 6)) as grounding_prompts,
        cast(sum(grounding_queries) as decimal(24, 6)) as grounding_queries,
        cast(sum(search_units) as decimal(24, 6)) as search_units,
        cast(sum(images) as decimal(24, 6)) as images,
        cast(sum(audio_seconds) as decimal(24, 6)) as audio_seconds,
        cast(sum(characters) as decimal(24, 6)) as characters,
        cast(sum(pages) as decimal(24, 6)) as pages,
        cast(sum(container_minutes) as decimal(24, 6)) as container_minutes,
        cast(sum(cache_storage_token_hours) as decimal(24, 6)) as cache_storage_token_hours,
        cast(sum(input_cost_usd) as decimal(38, 12)) as input_part,
        cast(sum(cache_read_cost_usd) as decimal(38, 12)) as cache_read_part,
        cast(sum(cache_write_cost_usd) as decimal(38, 12)) as cache_write_part,
        cast(sum(output_cost_usd - reasoning_cost_usd) as decimal(38, 12)) as output_part,
        cast(sum(reasoning_cost_usd) as decimal(38, 12)) as reasoning_part,
        cast(sum(tool_cost_usd) as decimal(38, 12)) as tools_part,
        cast(sum(commitment_cost_usd) as decimal(38, 12)) as committed_part,
        cast(sum(cost_usd) as decimal(38, 12)) as effective_cost_usd,
        cast(sum(coalesce(contracted_cost_usd, cost_usd)) as decimal(38, 12)) as contracted_cost_usd,
        cast(sum(coalesce(list_cost_usd, contracted_cost_usd, cost_usd)) as decimal(38, 12)) as list_cost_usd
    from marts.cost_per_request
    where day >= $first and day <= $last and cost_usd is not null
    group by
        day,
        provider,
        platform,
        account_id,
        region_scope,
        model,
        service_tier,
        is_batch,
        customer_id,
        feature,
        team,
        workflow,
        environment,
        cost_basis,
        price_ids,
        contract_ids,
        list_cost_usd is not null
),

meters as (
    select
        m.part,
        m.token_class,
        m.meter,
        m.lender
    from (
        values
        ('input', 'input_tokens', 'input', null),
        ('input', 'input_audio_tokens', 'input_audio', 'input'),
        ('input', 'input_image_tokens', 'input_image', 'input'),
        ('cache_read', 'cache_read_tokens', 'cache_read', null),
        ('cache_read', 'cache_read_audio_tokens', 'cache_read_audio', 'cache_read'),
        ('cache_read', 'cache_read_image_tokens', 'cache_read_image', 'cache_read'),
        ('cache_write', 'cache_write_5m_tokens', 'cache_write_5m', null),
        ('cache_write', 'cache_write_1h_tokens', 'cache_write_1h', null),
        ('cache_write', 'cache_write_30m_tokens', 'cache_write_30m', null),
        ('cache_write', 'cache_write_12h_tokens', 'cache_write_12h', null),
        ('cache_write', 'cache_write_unknown_tokens', 'cache_write', 'cache_write_5m'),
        ('output', 'output_tokens', 'output', null),
        ('output', 'output_audio_tokens', 'output_audio', null),
        ('output', 'output_image_tokens', 'output_image', null),
        ('reasoning', 'reasoning_tokens', 'reasoning', 'output'),
        ('committed', 'committed_tokens', null, null),
        ('tools', 'web_search_calls', 'web_search_call', null),
        ('tools', 'web_fetch_calls', 'web_fetch_call', null),
        ('tools', 'file_search_calls', 'file_search_call', null),
        ('tools', 'grounding_prompts', 'grounding_prompt', null),
        ('tools', 'grounding_queries', 'grounding_query', null),
        ('tools', 'search_units', 'search_unit', null),
        ('tools', 'images', 'image', null),
        ('tools', 'audio_seconds', 'audio_second', null),
        ('tools', 'characters', 'character', null),
        ('tools', 'pages', 'page', null),
        ('tools', 'container_minutes', 'container_hour', null),
        ('tools', 'cache_storage_token_hours', 'cache_storage', null)
    ) as m (part, token_class, meter, lender)
),

-- A commitment covers tokens of every class alike; fees for tools come on top of it.
quantities as (
    select
        q.usage_no,
        q.token_class,
        q.quantity,
        m.part,
        m.meter,
        m.lender
    from (
        select
            usage_no,
            cost_basis,
            token_class,
            quantity
        from usage
        unpivot (quantity for token_class in (
            input_tokens,
            input_audio_tokens,
            input_image_tokens,
            cache_read_tokens,
            cache_read_audio_tokens,
            cache_read_image_tokens,
            cache_write_5m_tokens,
            cache_write_1h_tokens,
            cache_write_30m_tokens,
            cache_write_12h_tokens,
            cache_write_unknown_tokens,
            output_tokens,
            output_audio_tokens,
            output_image_tokens,
            reasoning_tokens,
            committed_tokens,
            web_search_calls,
            web_fetch_calls,
            file_search_calls,
            grounding_prompts,
            grounding_queries,
            search_units,
            images,
            audio_seconds,
            characters,
            pages,
            container_minutes,
            cache_storage_token_hours
        ))
    ) as q
    inner join meters as m
        on q.token_class = m.token_class
    where q.quantity > 0 and (m.part = 'tools' or (m.part = 'committed') = (q.cost_basis = 'allocated'))
),

part_costs as (
    select
        usage_no,
        regexp_replace(part, '_part$', '') as part,
        part_cost_usd
    from usage
    unpivot (part_cost_usd for part in (
        input_part,
        cache_read_part,
        cache_write_part,
        output_part,
        reasoning_part,
        tools_part,
        committed_part
    ))
    where part_cost_usd <> 0
),

-- A part that cost something and of which nothing was counted is one charge for its requests.
used as (
    select
        coalesce(q.usage_no, c.usage_no) as usage_no,
        coalesce(q.part, c.part) as part,
        q.token_class,
        q.meter,
        q.lender,
        q.quantity,
        coalesce(c.part_cost_usd, 0) as part_cost_usd
    from quantities as q
    full outer join part_costs as c
        on q.usage_no = c.usage_no and q.part = c.part
),

price_rows as (
    select
        n.price_ids,
        p.meter,
        min(p.price_id) as price_id,
        min(case when p.currency = 'USD' and p.price_per_unit < 100 then cast(p.price_per_unit as decimal(14, 12)) end)
            as price_per_unit
    from (
        select distinct
            price_ids,
            unnest(string_split(price_ids, ',')) as price_id
        from usage
        where price_ids <> ''
    ) as n
    inner join core.prices as p
        on n.price_id = p.price_id
    group by n.price_ids, p.meter
    having count(*) = 1
),

worth as (
    select
        s.usage_no,
        u.requests,
        s.part,
        s.token_class,
        s.quantity,
        s.part_cost_usd,
        coalesce(o.price_id, l.price_id) as price_id,
        s.quantity * coalesce(o.price_per_unit, l.price_per_unit) as worth_usd
    from used as s
    inner join usage as u
        on s.usage_no = u.usage_no
    left join price_rows as o
        on u.price_ids = o.price_ids and s.meter = o.meter
    left join price_rows as l
        on u.price_ids = l.price_ids and s.lender = l.meter
),

judged as (
    select
        *,
        count(*) over part_of_usage = 1 as is_alone,
        coalesce(
            count(worth_usd) over part_of_usage = count(*) over part_of_usage
            and sum(worth_usd) over part_of_usage = part_cost_usd,
            false
        ) as is_accounted_for
    from worth
    window part_of_usage as (partition by usage_no, part)
),

told as (
    select
        usage_no,
        requests,
        part,
        quantity,
        worth_usd,
        part_cost_usd,
        is_accounted_for and not is_alone as is_by_class,
        case when is_alone or is_accounted_for then token_class end as token_class,
        case when is_alone or is_accounted_for then price_id end as price_id
    from judged
),

split as (
    select
        usage_no,
        part,
        token_class,
        price_id,
        case when token_class is not null or part <> 'tools' then sum(quantity) end as quantity,
        max(requests) as requests,
        case
            when is_by_class then cast(sum(worth_usd) as decimal(38, 12))
            else max(part_cost_usd)
        end as effective_cost_usd
    from told
    group by usage_no, part, token_class, price_id, is_by_class
),

-- Running shares in millionths of a millionth of a dollar, rounded down, so that nothing is lost or added.
shares as (
    select
        s.*,
        cast(s.effective_cost_usd * 1000000000000 as hugeint) as own,
        cast(sum(s.effective_cost_usd) over running * 1000000000000 as hugeint) as through,
        cast(u.effective_cost_usd * 1000000000000 as hugeint) as effective,
        cast(u.contracted_cost_usd * 1000000000000 as hugeint) as contracted,
        cast(u.list_cost_usd * 1000000000000 as hugeint) as listed,
        row_number() over running = 1 as is_first
    from split as s
    inner join usage as u
        on s.usage_no = u.usage_no
    window running as (partition by s.usage_no order by s.part, s.token_class nulls first)
),

costed as (
    select
        *,
        case
            when contracted = effective then own
            when effective = 0 then case when is_first then contracted else 0 end
            else contracted * through // effective - contracted * (through - own) // effective
        end as contracted_share,
        case
            when listed = effective then own
            when effective = 0 then case when is_first then listed else 0 end
            else listed * through // effective - listed * (through - own) // effective
        end as list_share
    from shares
),

charges as (
    select
        u.day,
        cast(null as varchar) as charge_class,
        cast(null as varchar) as cause,
        cast(null as date) as adjusted_day,
        u.provider,
        u.platform,
        u.account_id,
        u.region_scope,
        u.model,
        u.service_tier,
        u.is_batch,
        u.customer_id,
        u.feature,
        u.team,
        u.workflow,
        u.environment,
        u.cost_basis,
        u.contract_ids,
        u.has_list_price,
        c.part,
        c.token_class,
        c.price_id,
        cast(sum(c.requests) as bigint) as requests,
        cast(sum(coalesce(c.quantity, c.requests)) as decimal(38, 6)) as quantity,
        case
            when count(c.quantity) < count(*) then 'requests'
            when c.part <> 'tools' then 'tokens'
            else c.token_class
        end as unit,
        cast(sum(c.effective_cost_usd) as decimal(38, 12)) as effective_cost_usd,
        cast(sum(c.contracted_share) * 0.000000000001 as decimal(38, 12)) as contracted_cost_usd,
        cast(sum(c.list_share) * 0.000000000001 as decimal(38, 12)) as list_cost_usd
    from costed as c
    inner join usage as u
        on c.usage_no = u.usage_no
    group by
        u.day, u.provider, u.platform, u.account_id, u.region_scope, u.model, u.service_tier, u.is_batch, u.customer_id,
        u.feature, u.team, u.workflow, u.environment, u.cost_basis, u.contract_ids, u.has_list_price, c.part,
        c.token_class, c.price_id, c.quantity is null
),

corrections as (
    select
        day,
        'Correction' as charge_class,
        cause,
        adjusted_day,
        provider,
        nullif(model, '(unattributed)') as model,
        nullif(customer_id, '(unattributed)') as customer_id,
        nullif(feature, '(unattributed)') as feature,
        nullif(workflow, '(unattributed)') as workflow,
        cast(sum(requests) as bigint) as requests,
        cast(sum(requests_after - requests_before) as decimal(38, 6)) as quantity,
        'requests' as unit,
        cast(sum(amount_usd) as decimal(38, 12)) as effective_cost_usd,
        cast(sum(amount_usd) as decimal(38, 12)) as contracted_cost_usd,
        cast(sum(amount_usd) as decimal(38, 12)) as list_cost_usd
    from core.adjustments
    where day >= $first and day <= $last
    group by day, cause, adjusted_day, provider, model, customer_id, feature, workflow
),

united as (
    select *
    from charges
    union all by name
    select *
    from corrections
)

select
    day,
    charge_class,
    cause,
    adjusted_day,
    provider,
    platform,
    account_id,
    region_scope,
    model,
    service_tier,
    is_batch,
    customer_id,
    feature,
    team,
    workflow,
    environment,
    cost_basis,
    contract_ids,
    has_list_price,
    part,
    token_class,
    price_id,
    requests,
    quantity,
    unit,
    effective_cost_usd,
    contracted_cost_usd,
    list_cost_usd
from united
order by all
