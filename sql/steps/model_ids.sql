-- One row per spelling of a called model, as sources write it, and interval: which model it means.
-- grain: provider_name, platform_name, raw_model, valid_from
--
-- Prefixes that route (openai/, models/, us.anthropic.) and suffixes that version (-v1:0, @20250929,
-- -20250929) are stripped step by step; the first result that is a known id wins, and `rule` names
-- the step. Nothing matches by prefix or likeness: what no step resolves has model NULL.
with spellings as (
    select distinct
        provider_name,
        platform_name,
        response_model as raw_model
    from steps.sightings
    where response_model is not null
    union
    select distinct
        provider_name,
        platform_name,
        request_model as raw_model
    from steps.sightings
),

decoded as (
    select
        provider_name,
        platform_name,
        raw_model,
        replace(replace(replace(lower(trim(raw_model)), '%3a', ':'), '%2f', '/'), '%40', '@') as full_id
    from spellings
),

segments as (
    select
        provider_name,
        platform_name,
        raw_model,
        full_id,
        regexp_extract(full_id, '([^/]*)$', 1) as last_segment,
        case when full_id like '%/%' then split_part(full_id, '/', 1) end as first_segment,
        case when full_id like 'azure/%/%' then split_part(full_id, '/', 2) end as azure_zone,
        nullif(regexp_extract(full_id, '/locations/([^/]+)/', 1), '') as location
    from decoded
),

makers_off as (
    select
        provider_name,
        platform_name,
        raw_model,
        full_id,
        last_segment,
        first_segment,
        azure_zone,
        location,
        regexp_extract(
            last_segment, '^((?:[a-z-]+\.)?(?:anthropic|amazon|openai|mistral|cohere|deepseek)\.).+$', 1
        ) as maker_prefix
    from segments
),

steps_off as (
    select
        provider_name,
        platform_name,
        raw_model,
        full_id,
        last_segment,
        first_segment,
        azure_zone,
        location,
        maker_prefix <> '' as has_bedrock_prefix,
        nullif(regexp_extract(maker_prefix, '^([a-z-]+)\.[a-z]+\.$', 1), '') as geo,
        substring(last_segment, length(maker_prefix) + 1) as bare_id
    from makers_off
),

versions_off as (
    select
        provider_name,
        platform_name,
        raw_model,
        full_id,
        last_segment,
        first_segment,
        azure_zone,
        location,
        has_bedrock_prefix,
        geo,
        bare_id,
        regexp_extract(bare_id, '^(.+?)(?::[0-9]+)$', 1) as revision_off,
        regexp_extract(bare_id, '^(.+?)-v[0-9]+(?:[:-][0-9]+)?$', 1) as version_off,
        regexp_extract(bare_id, '^(.+)@[a-z0-9]+$', 1) as at_off,
        regexp_extract(bare_id, '^(.+)@[0-9]{8}$', 1) || '-' || regexp_extract(bare_id, '@([0-9]{8})$', 1) as at_dashed
    from steps_off
),

candidates as (
    select
        provider_name,
        platform_name,
        raw_model,
        1 as step,
        'exact' as rule,
        full_id as candidate
    from versions_off
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        2 as step,
        'route_prefix' as rule,
        last_segment as candidate
    from versions_off
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        3 as step,
        'bedrock_prefix' as rule,
        bare_id as candidate
    from versions_off
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        4 as step,
        'bedrock_revision' as rule,
        revision_off as candidate
    from versions_off
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        5 as step,
        'bedrock_version' as rule,
        version_off as candidate
    from versions_off
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        6 as step,
        'vertex_version' as rule,
        at_dashed as candidate
    from versions_off
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        7 as step,
        'vertex_version' as rule,
        at_off as candidate
    from versions_off
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        8 as step,
        'date_suffix' as rule,
        regexp_extract(bare_id, '^(.+)-20[0-9]{2}-?[01][0-9]-?[0-3][0-9]$', 1) as candidate
    from versions_off
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        9 as step,
        'date_suffix' as rule,
        regexp_extract(version_off, '^(.+)-20[0-9]{2}[01][0-9][0-3][0-9]$', 1) as candidate
    from versions_off
),

matches as (
    select
        c.provider_name,
        c.platform_name,
        c.raw_model,
        case when c.step = 1 then a.rule else c.rule end as rule,
        a.model,
        a.provider,
        a.valid_from,
        a.valid_to,
        rank() over (partition by c.provider_name, c.platform_name, c.raw_model order by c.step) as preference
    from candidates as c
    inner join core.model_aliases as a
        on c.candidate = a.alias
),

resolved as (
    select
        v.provider_name,
        v.platform_name,
        v.raw_model,
        m.valid_from,
        m.valid_to,
        m.model,
        m.provider as maker,
        m.rule,
        v.geo,
        v.azure_zone,
        v.location,
        v.has_bedrock_prefix,
        named.provider as named_provider,
        named.platform as named_platform,
        named.provider_name is null and v.provider_name <> '' as is_unknown_name,
        told.platform as told_platform,
        routed.platform as routed_platform
    from versions_off as v
    left join matches as m
        on
            v.provider_name is not distinct from m.provider_name
            and v.platform_name is not distinct from m.platform_name
            and v.raw_model = m.raw_model
            and m.preference = 1
    left join core.providers as named
        on lower(v.provider_name) = named.provider_name
    left join core.providers as told
        on lower(v.platform_name) = told.provider_name
    left join core.providers as routed
        on v.first_segment = routed.provider_name
),

-- A name that means one maker's own service, found with another maker's model, is a client library
-- pointed elsewhere: the call went to the model's maker, or where the id's own prefix routes it.
served as (
    select
        provider_name,
        platform_name,
        raw_model,
        valid_from,
        valid_to,
        model,
        maker,
        rule,
        geo,
        azure_zone,
        location,
        has_bedrock_prefix,
        named_provider,
        case
            when told_platform is not null then told_platform
            when is_unknown_name then lower(provider_name)
            when named_platform not in ('direct', 'ai_studio') then named_platform
            when routed_platform is not null then routed_platform
            when named_provider is null or maker is null or maker = named_provider then named_platform
        end as served_by
    from resolved
)

select
    r.provider_name,
    r.platform_name,
    r.raw_model,
    r.valid_from,
    r.valid_to,
    coalesce(r.maker, r.named_provider, nullif(lower(r.provider_name), '')) as provider,
    coalesce(r.served_by, home.platform, nullif(lower(r.provider_name), '')) as platform,
    case
        when r.served_by = 'azure' and r.azure_zone in ('eu', 'us') then 'data_zone_' || r.azure_zone
        when r.served_by = 'vertex' then r.location
        when r.served_by = 'bedrock' and r.geo = 'global' then 'global'
        when r.served_by = 'bedrock' and r.geo is not null then 'geo_' || r.geo
        when r.served_by = 'bedrock' and r.has_bedrock_prefix then 'in_region'
    end as region_scope,
    r.model,
    r.rule
from served as r
left join core.providers as home
    on coalesce(r.maker, r.named_provider) = home.provider_name
order by r.provider_name, r.platform_name, r.raw_model, r.valid_from
