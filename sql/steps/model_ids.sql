-- One row per spelling of a called model, as sources write it, and interval: which model it means.
-- grain: provider_name, platform_name, raw_model, valid_from
--
-- Each reading of the spelling is looked up; the first that is a known id wins, and `rule` names it.
-- Nothing matches by prefix or likeness: what no reading resolves has model NULL.
with readings as (
    select
        provider_name,
        platform_name,
        raw_model,
        1 as step,
        case
            when variant is not null then 'openrouter_variant'
            when has_bedrock_prefix then 'bedrock_prefix'
            when has_route then 'route_prefix'
        end as rule,
        bare_id as reading
    from steps.model_spellings
    where not is_fine_tune
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        1 as step,
        'fine_tune' as rule,
        fine_tuned_id as reading
    from steps.model_spellings
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        2 as step,
        'bedrock_version' as rule,
        revision_off as reading
    from steps.model_spellings
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        3 as step,
        'bedrock_version' as rule,
        version_off as reading
    from steps.model_spellings
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        4 as step,
        'vertex_version' as rule,
        at_dashed as reading
    from steps.model_spellings
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        5 as step,
        'vertex_version' as rule,
        at_off as reading
    from steps.model_spellings
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        6 as step,
        'display_name' as rule,
        displayed_id as reading
    from steps.model_spellings
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        7 as step,
        'display_name' as rule,
        regexp_extract(
            displayed_id,
            '^(?:anthropic|amazon|openai|azure-openai|google|mistral|mistral-ai|cohere|xai|deepseek):?-(.+)$',
            1
        ) as reading
    from steps.model_spellings
    union all
    select
        provider_name,
        platform_name,
        raw_model,
        8 as step,
        'date_suffix' as rule,
        regexp_extract(
            coalesce(nullif(version_off, ''), nullif(at_dashed, '-'), bare_id),
            '^(.+)-20[0-9]{2}(?:-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])'
            || '|(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))$',
            1
        ) as reading
    from steps.model_spellings
    where not is_fine_tune
),

-- Models of which one dated snapshot has a price of its own: another date of them is not known to
-- cost the same.
snapshot_priced as (
    select distinct regexp_extract(model, '^(.+)-20[0-9]{2}-[01][0-9]-[0-3][0-9]$', 1) as model
    from core.model_aliases
),

-- What the user calls a deployment goes before any other reading of its name.
found as (
    select
        p.provider_name,
        p.platform_name,
        p.raw_model,
        0 as step,
        'deployment' as rule,
        d.model,
        d.provider,
        d.valid_from,
        d.valid_to,
        d.region_scope,
        d.service_tier
    from steps.model_spellings as p
    inner join core.deployments as d
        on p.asked_platform = d.platform and d.deployment in (p.full_id, p.bare_id)
    union all
    select
        r.provider_name,
        r.platform_name,
        r.raw_model,
        r.step,
        coalesce(r.rule, a.rule) as rule,
        a.model,
        a.provider,
        a.valid_from,
        a.valid_to,
        null as region_scope,
        null as service_tier
    from readings as r
    inner join core.model_aliases as a
        on r.reading = a.alias
    where r.step < 8 or a.model not in (select s.model from snapshot_priced as s)
),

matches as (
    select
        provider_name,
        platform_name,
        raw_model,
        rule,
        model,
        provider,
        valid_from,
        valid_to,
        region_scope,
        service_tier,
        rank() over (partition by provider_name, platform_name, raw_model order by step) as preference
    from found
),

-- A name that means one maker's own service, found with another maker's model, is a client library
-- pointed elsewhere: the call went to the model's maker, or where the id's own prefix routes it.
served as (
    select
        p.*,
        m.valid_from,
        m.valid_to,
        m.model,
        m.provider as maker,
        coalesce(m.rule, case when p.is_fine_tune then 'fine_tune' end) as rule,
        m.region_scope as deployed_region_scope,
        m.service_tier as deployed_service_tier,
        case
            when p.is_placed then p.asked_platform
            when p.named_provider is null or m.provider is null or m.provider = p.named_provider then p.named_platform
        end as served_by
    from steps.model_spellings as p
    left join matches as m
        on
            p.provider_name is not distinct from m.provider_name
            and p.platform_name is not distinct from m.platform_name
            and p.raw_model = m.raw_model
            and m.preference = 1
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
        when r.deployed_region_scope is not null then r.deployed_region_scope
        when r.served_by = 'azure' and r.azure_zone in ('eu', 'us') then 'data_zone_' || r.azure_zone
        when r.served_by = 'vertex' then r.location
        when r.served_by = 'bedrock' and r.geo = 'global' then 'global'
        when r.served_by = 'bedrock' and r.geo is not null then 'geo_' || r.geo
        when r.served_by = 'bedrock' and r.has_bedrock_prefix then coalesce(r.aws_region, 'in_region')
    end as region_scope,
    case
        when r.deployed_service_tier is not null then r.deployed_service_tier
        when r.variant = 'free' then 'free'
        when r.is_provisioned then 'provisioned'
    end as service_tier,
    r.model,
    r.rule
from served as r
left join core.providers as home
    on coalesce(r.maker, r.named_provider) = home.provider_name
order by r.provider_name, r.platform_name, r.raw_model, r.valid_from
