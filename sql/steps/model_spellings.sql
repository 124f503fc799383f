-- One row per spelling of a called model, taken apart: what is written where, and which platform it names.
-- grain: provider_name, platform_name, raw_model
--
-- Routing prefixes (openai/, models/, us.anthropic.), ARNs, Bedrock and Vertex versions, OpenRouter
-- variants and display names. Every part must be a known one; else `bare_id` is NULL or no id.
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
        s.*,
        replace(
            replace(
                replace(lower(trim(regexp_replace(s.raw_model, '^\s+|\s+$', '', 'g'))), '%3a', ':'), '%2f', '/'
            ),
            '%40',
            '@'
        ) as full_id,
        named.provider as named_provider,
        named.platform as named_platform,
        named.provider_name is null and s.provider_name <> '' as is_unknown_name,
        case
            when told.provider_name is null then nullif(lower(s.platform_name), '')
            else told.platform
        end as told_platform
    from spellings as s
    left join core.providers as named
        on lower(s.provider_name) = named.provider_name
    left join core.providers as told
        on lower(s.platform_name) = told.provider_name
),

resources as (
    select
        *,
        regexp_extract(
            full_id,
            '^(?:bedrock/)?(?:converse/|invoke/)?arn:aws[a-z-]*:bedrock:[a-z0-9-]*:[0-9]*:([a-z-]+)/.+$',
            1
        ) as arn_kind,
        nullif(regexp_extract(full_id, 'arn:aws[a-z-]*:bedrock:([a-z0-9-]+):[0-9]*:foundation-model/', 1), '')
            as arn_region,
        regexp_extract(full_id, '^(?:projects/[^/]+/locations/[^/]+/)?publishers/[^/]+/models/([^/]+)$', 1)
            as publisher_model,
        nullif(regexp_extract(full_id, '^projects/[^/]+/locations/([^/]+)/', 1), '') as location
    from decoded
),

paths as (
    select
        *,
        case
            when arn_kind in ('inference-profile', 'foundation-model')
                then regexp_extract(full_id, ':[a-z-]+/([^/]+)$', 1)
            when arn_kind = '' and publisher_model <> '' then publisher_model
            when arn_kind = '' then full_id
        end as path
    from resources
),

segments as (
    select
        *,
        length(path) - length(replace(path, '/', '')) as head_count,
        split_part(path, '/', 1) as head_1,
        split_part(path, '/', 2) as head_2,
        split_part(path, '/', 3) as head_3,
        regexp_extract(split_part(path, '/', 2), '^([a-z]{2}(?:-gov)?-[a-z]+-[0-9])$', 1) as region_2,
        regexp_extract(split_part(path, '/', 3), '^([a-z]{2}(?:-gov)?-[a-z]+-[0-9])$', 1) as region_3,
        regexp_extract(path, '([^/]*)$', 1) as name
    from paths
),

routing_words as (
    select provider_name as word
    from core.providers
    union
    select w.word
    from (
        values
        ('models'), ('chat'), ('responses'), ('messages'), ('converse'), ('invoke'),
        ('us'), ('eu'), ('global'), ('global-standard'), ('1-month-commitment'), ('6-month-commitment')
    ) as w (word)
),

routed as (
    select
        s.*,
        coalesce(s.arn_region, nullif(s.region_2, ''), nullif(s.region_3, '')) as aws_region,
        case
            when s.arn_kind <> '' or s.full_id like '% (%bedrock edition)' then 'bedrock'
            when s.full_id like '%publishers/%' or s.name like '%@%' then 'vertex'
            when s.head_count > 0 then s.head_1
        end as sent_to,
        case when s.head_count > 1 and s.head_1 = 'azure' then s.head_2 end as azure_zone,
        s.arn_kind = 'provisioned-model'
        or s.head_count > 1 and (s.head_2 like '%-month-commitment' or s.head_3 like '%-month-commitment')
            as is_provisioned,
        s.head_count <= 3
        and (s.head_count < 1 or w1.word is not null)
        and (s.head_count < 2 or w2.word is not null or s.region_2 <> '')
        and (s.head_count < 3 or w3.word is not null or s.region_3 <> '') as is_known_route,
        case
            when 'openrouter' in (s.head_1, s.named_platform, s.told_platform)
                then nullif(regexp_extract(s.name, ':(free|nitro|floor|online|thinking|exacto|extended)$', 1), '')
        end as variant
    from segments as s
    left join routing_words as w1 on s.head_1 = w1.word
    left join routing_words as w2 on s.head_2 = w2.word
    left join routing_words as w3 on s.head_3 = w3.word
),

makers_off as (
    select
        *,
        case
            when is_known_route and variant is not null
                then substring(name, 1, length(name) - length(variant) - 1)
            when is_known_route then name
        end as routed_name,
        coalesce('tunedmodels' in (head_1, head_2), false)
        or arn_kind in ('custom-model', 'custom-model-deployment')
        or coalesce(regexp_extract(name, '^(ft:.|.+\.ft-)', 1) <> '', false) as is_fine_tune,
        regexp_extract(
            name,
            '^((?:(?:us|eu|apac|jp|au|ca|in|sa|global|us-gov)\.)?'
            || '(?:anthropic|amazon|openai|mistral|cohere|deepseek)\.).+$',
            1
        ) as maker_prefix
    from routed
),

bare as (
    select
        *,
        maker_prefix <> '' as has_bedrock_prefix,
        nullif(regexp_extract(maker_prefix, '^([a-z-]+)\.[a-z]+\.$', 1), '') as geo,
        substring(routed_name, length(maker_prefix) + 1) as bare_id
    from makers_off
)

select
    b.provider_name,
    b.platform_name,
    b.raw_model,
    b.full_id,
    b.bare_id,
    b.head_count > 0 or b.full_id <> b.bare_id as has_route,
    b.named_provider,
    b.named_platform,
    b.told_platform is not null
    or b.is_unknown_name
    or b.named_platform not in ('direct', 'ai_studio')
    or sent.platform is not null as is_placed,
    case
        when b.told_platform is not null then b.told_platform
        when b.is_unknown_name then lower(b.provider_name)
        when b.named_platform not in ('direct', 'ai_studio') then b.named_platform
        else coalesce(sent.platform, b.named_platform)
    end as asked_platform,
    b.location,
    b.aws_region,
    b.azure_zone,
    b.has_bedrock_prefix,
    b.geo,
    b.variant,
    b.is_provisioned,
    b.is_fine_tune,
    case
        when b.is_fine_tune
            then regexp_extract(b.bare_id, '^(ft:[^:]+)(?::[^:]+:[^:]*:[^:]+(?::ckpt-step-[0-9]+)?)?$', 1)
    end as fine_tuned_id,
    case when b.has_bedrock_prefix then regexp_extract(b.bare_id, '^(.+):[0-9]+$', 1) end as revision_off,
    case
        when b.has_bedrock_prefix or 'bedrock' in (b.named_platform, b.told_platform)
            then regexp_extract(b.bare_id, '^(.+?)-v[0-9]+(?:[:-][0-9]+)?$', 1)
        else regexp_extract(b.bare_id, '^(.+?)-v[0-9]+:[0-9]+$', 1)
    end as version_off,
    regexp_extract(b.bare_id, '^(.+)@(?:default|latest|[0-9]{3})$', 1) as at_off,
    regexp_extract(b.bare_id, '^(.+)@[0-9]{8}$', 1) || '-' || regexp_extract(b.bare_id, '@([0-9]{8})$', 1)
        as at_dashed,
    case
        when b.full_id like '% %'
            then replace(regexp_extract(b.full_id, '^(.+?)(?: \((?:amazon )?bedrock edition\))?$', 1), ' ', '-')
    end as displayed_id
from bare as b
left join core.providers as sent
    on case when b.has_bedrock_prefix then 'bedrock' else b.sent_to end = sent.provider_name
