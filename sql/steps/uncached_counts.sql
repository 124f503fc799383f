-- One row per call whose record counts only what no cache served, with the whole prompt that another source tells
-- grain: sighting_id
--
-- Anthropic counts its cache beside the input. A gateway or tool that hands on that input and nothing of the cache says
-- less than a trace of the same call; the call of another source that is alike but for its cache says how much less.
with
-- A name that resolves to nothing counts as it is written.
names as (
    select
        provider_name,
        platform_name,
        raw_model,
        coalesce(min(model), lower(raw_model)) as model,
        bool_or(provider = 'anthropic') as is_anthropic
    from steps.model_ids
    where raw_model is not null
    group by provider_name, platform_name, raw_model
),

named as (
    select
        s.sighting_id,
        s.source_format,
        s.prompt_tokens,
        s.completion_tokens,
        s.normalisation_rule in ('cloudflare_gateway', 'anthropic')
        and coalesce(
            s.cache_read_tokens, s.cache_write_5m_tokens, s.cache_write_1h_tokens, s.cache_write_unknown_tokens
        ) is null as is_unsplit,
        coalesce(s.cache_read_tokens, 0)
        + coalesce(s.cache_write_5m_tokens, 0)
        + coalesce(s.cache_write_1h_tokens, 0)
        + coalesce(s.cache_write_unknown_tokens, 0) as cached_tokens,
        n.model,
        epoch_us(s.started_at) as started_us,
        epoch_us(coalesce(s.ended_at, s.started_at)) as ended_us
    from steps.sightings as s
    inner join names as n
        on
            coalesce(s.response_model, s.request_model) = n.raw_model
            and s.provider_name is not distinct from n.provider_name
            and s.platform_name is not distinct from n.platform_name
    where s.role = 'call' and n.is_anthropic and not coalesce(s.has_error, false)
),

alike as (
    select
        g.sighting_id,
        w.prompt_tokens,
        row_number() over (
            partition by g.sighting_id
            order by
                abs(g.started_us - w.started_us) + abs(g.ended_us - w.ended_us) asc, w.prompt_tokens asc
        ) as place
    from named as g
    inner join named as w
        on
            g.prompt_tokens = w.prompt_tokens - w.cached_tokens
            and g.completion_tokens = w.completion_tokens
            and g.model = w.model
            and g.started_us <= w.ended_us + 2000000
            and w.started_us <= g.ended_us + 2000000
    where g.is_unsplit and w.cached_tokens > 0 and g.source_format <> w.source_format
)

select
    sighting_id,
    prompt_tokens
from alike
where place = 1
