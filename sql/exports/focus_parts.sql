-- One row per use and part of its cost, and per token class where list prices account for the part to the last digit
-- grain: usage_no, part, token_class, price_id
with meters as (
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
        from exports.focus_usage
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
    from exports.focus_usage
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
        from exports.focus_usage
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
    inner join exports.focus_usage as u
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
)

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
