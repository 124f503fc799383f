-- One row per delivered record that holds a provider's response: who answered it, by which rule it counts
-- grain: source_line
with
named as (
    select
        *,
        coalesce(told.url, told.endpoint, told.base_url, told.api_base, asked.url, answered.url, told.host, told.path)
            as url,
        lower(coalesce(
            nullif(told.provider_name, ''), nullif(told.provider_id, ''), nullif(told.vendor, ''),
            nullif(if(body_id like 'gen-%', 'openrouter', told.provider), '')
        )) as named_provider,
        coalesce(
            told_json(body_error),
            error_object,
            batch_result.error -> 'error',
            batch_result.error,
            -- Minimax and Baidu
            case
                when answers[1].base_resp.status_code <> '0' then json_object('type', answers[1].base_resp.status_msg)
            end,
            case when answers[1].error_code <> '0' then json_object('type', 'error_code ' || answers[1].error_code) end
        ) as failure,
        list_filter([
            told_whole(told.http_status),
            told_whole(told.status_code),
            told_whole(told.response_status),
            told_whole(answered.status_code),
            told_whole(answered.status),
            told_whole(told.status),
            told_whole(answers[-1].responsemetadata.httpstatuscode)
        ], lambda c: c between 100 and 599)[1] as stated_status,
        json_keys(usage) as usage_names,
        nullif(coalesce(
            answers[-1].responsemetadata.requestid, told_sdk_request(events[1]), headers['x-amzn-requestid']
        ), '') as aws_request
    from raw.answered_bodies
),

placed as (
    select
        *,
        lower(coalesce(body_model, told.request_model, asked.model, asked.body.model, told.model, '')) as model_text,
        usage_shape(usage_names) as shape,
        regexp_extract(url, '^(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?(?:[^/@]*@)?([^/:?#]+)', 1) as host
    from named
),

-- Who answered: the host, what the wrapper says, else what only one provider's bodies have.
addressed as (
    select
        *,
        case
            when body_id like 'gen-%' then 'openrouter'
            when host like '%amazonaws.com' or host like '%api.aws' then 'bedrock'
            when host like '%.azure.com' then 'azure'
            when host like '%aiplatform.googleapis.com' then 'vertex'
            when host like '%googleapis.com' then 'gemini'
            when host like '%anthropic.com' then 'anthropic'
            when host like '%openai.com' then 'openai'
            else seller_of(host)
        end as host_provider,
        case
            when body_id like 'msg\_bdrk\_%' escape '\' or answers[-1]."amazon-bedrock-invocationMetrics" is not null
                then 'bedrock'
            when aws_request is not null or headers['x-amzn-bedrock-input-token-count'] is not null then 'bedrock'
            when told.modeloutput is not null then 'bedrock'
            when shape in ('bedrock_converse', 'bedrock_metrics', 'bedrock_titan', 'bedrock_llama') then 'bedrock'
            when body_id like 'msg\_vrtx\_%' escape '\' or list_contains(usage_names, 'trafficType') then 'vertex'
            when shape in ('gemini', 'gemini_interactions') then 'gemini'
            when type_name = 'message' and shape = 'anthropic' then 'anthropic'
            when shape in ('cohere', 'deepseek', 'ollama') then shape
            when list_contains(usage_names, 'cost_in_usd_ticks') or list_contains(usage_names, 'num_sources_used')
                then 'xai'
            when list_contains(usage_names, 'queue_time') and list_contains(usage_names, 'prompt_time') then 'groq'
            when answers[-1].prompt_filter_results is not null then 'azure'
            -- The results of OpenAI's kin stand below `response`.
            when told.custom_id is not null and batch_result.type in ('succeeded', 'errored', 'canceled', 'expired')
                then 'anthropic'
        end as shaped_provider
    from placed
),

ruled as (
    select
        *,
        case
            when url like '%/images/%' then 'images'
            when body_id is null and json_exists(usage, '$.input_tokens_details.image_tokens') then 'images'
            when host_provider = 'gemini' and contains(url, '/openai/') then 'openai_compatible'
        end as flavour,
        coalesce(host_provider, named_provider, shaped_provider, '') as answerer
    from addressed
)

select
    source_line,
    record,
    told,
    host,
    body_model,
    body_created,
    named_provider,
    host_provider,
    shaped_provider,
    asked,
    body_id,
    aws_request,
    is_array,
    finish_reason,
    request_headers,
    body_tier,
    failure,
    headers,
    usage_names,
    flavour,
    shape,
    usage,
    object_name,
    answers,
    type_name,
    url,
    batch_result,
    answer_status,
    search_queries,
    case
        when flavour = 'images' then 'openai'
        when contains(answerer, 'openrouter') then 'openrouter'
        when contains(answerer, 'litellm') then 'litellm'
        when contains(answerer, 'vercel') then 'vercel_gateway'
        when regexp_matches(answerer, '^(aws|amazon|bedrock)') then 'bedrock'
        when contains(answerer, 'azure') then 'azure'
        when contains(answerer, 'anthropic') then 'anthropic'
        when regexp_matches(answerer, 'google|gemini|vertex') then 'google'
        when regexp_matches(answerer, 'mistral|codestral') then 'mistral'
        when contains(answerer, 'cohere') then 'cohere'
        when contains(answerer, 'deepseek') then 'deepseek'
        when regexp_matches(answerer, '^x[._-]?ai|grok') then 'xai'
        when contains(answerer, 'ollama') then 'ollama'
        when regexp_matches(model_text, '^(models/|google/)?gemini') then 'google'
        when regexp_matches(model_text, '^(xai/|x-ai/)?grok') then 'xai'
    end as rule_provider,
    coalesce(
        stated_status,
        case when told_whole(failure ->> 'code') between 400 and 599 then told_whole(failure ->> 'code') end
    ) as http_code,
    lower(coalesce(told.status, answer_status, '')) as status_text,
    try_cast(regexp_extract(model_text, 'gemini-([0-9]+)', 1) as integer) as gemini_major,
    list_filter(
        coalesce(from_json(output_items, '[{"type": "VARCHAR", "status": "VARCHAR", "action": "JSON"}]'), []),
        lambda i: coalesce(i.status, '') <> 'failed'
    ) as items,
    regexp_extract(told.error ->> '$', '^[A-Za-z_][A-Za-z0-9_.]*') as error_word
from ruled
