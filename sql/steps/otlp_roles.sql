-- One row per span with what it is to counting, and which layer wrote it
-- grain: trace_id, span_id
with
-- Counts that a call had half-way (Claude's agent SDK under Logfire), where the agent's span has them whole.
unfinished as (
    select distinct
        c.trace_id,
        c.span_id
    from steps.otlp_fields as c
    inner join steps.otlp_fields as a on c.trace_id = a.trace_id and c.parent_span_id = a.span_id
    where
        c.is_unfinished
        and a.operation = 'invoke_agent'
        and not a.is_unfinished
        and a.stated_input_tokens is not null
        and a.stated_output_tokens is not null
),

marked as (
    select
        trace_id,
        span_id,
        scope_name,
        gateway_call_id,
        coalesce(stated_input_tokens, 0) + coalesce(stated_output_tokens, 0) + coalesce(stated_total_tokens, 0) > 0
        or coalesce(search_units, 0) > 0 as has_usage,
        coalesce(
            operation in (
                'fetch_response', 'litellm.responses_management',
                'litellm.vector_store_management', 'litellm.vector_store_file_management',
                'tokenize', 'count_tokens'
            )
            or span_kind = 'token_counter'
            or span_name like '%count!_tokens' escape '!',
            false
        ) as is_free,
        -- What the AI SDK was asked for, where it failed before it called the model.
        coalesce(
            status_code = 'error'
            and (
                operation in (
                    'ai.generatetext', 'ai.streamtext', 'ai.generateobject', 'ai.streamobject',
                    'ai.embed', 'ai.embedmany', 'ai.rerank'
                )
                or (scope_name = 'gen_ai' and operation = 'invoke_agent')
            ),
            false
        ) as is_failed_ask,
        coalesce(
            operation in (
                'invoke_agent', 'create_agent', 'invoke_workflow', 'execute_tool', 'plan', 'agent_step',
                'handle_conversation_turn', 'retrieval', 'workflow', 'task', 'agent', 'tool', 'chain',
                -- Microsoft.Extensions.AI and AG2
                'orchestrate_tools', 'conversation'
            ),
            false
        )
        or coalesce(operation like '%!_memory' escape '!' or operation like '%!_memory!_store' escape '!', false)
        or coalesce(operation like 'ai.%' and operation not like 'ai.%.do%', false)
        or coalesce(
            span_kind in (
                'agent', 'chain', 'tool', 'retriever', 'guardrail', 'evaluator', 'workflow', 'task', 'span', 'event',
                'parser', 'memory', 'prompt',
                -- Genkit
                'flow', 'util', 'flowstep', 'action', 'prompttemplate', 'executable-prompt', 'helper', 'indexer'
            ),
            false
        )
        or is_aggregated as is_aggregate,
        coalesce(
            operation in (
                'chat', 'text_completion', 'completion', 'completions', 'generate_content', 'embeddings', 'embedding',
                'rerank', 'response', 'responses', 'messages', 'message', 'image_generation', 'generate_image',
                'transcription', 'speech', 'moderation', 'generate',
                -- Semantic Kernel
                'chat.completions', 'chat.streaming_completions', 'text.completions', 'text.streaming_completions'
            ),
            false
        )
        or coalesce(operation like 'ai.%.do%', false)
        or coalesce(
            span_kind in (
                'llm', 'embedding', 'reranker', 'generation', 'chat_model', 'completion', 'chat',
                -- Genkit
                'model', 'background-model', 'embedder'
            ),
            false
        )
        or (response_id is not null and coalesce(request_model, response_model) is not null)
        or (
            kind = 'client' and request_model is not null and provider_name is not null
        ) as is_inference,
        http_method is not null and coalesce(kind, 'client') = 'client' as is_http
    from steps.otlp_fields
)

select
    m.trace_id,
    m.span_id,
    case
        when m.is_free or u.span_id is not null then 'context'
        when m.is_aggregate and (m.has_usage or m.is_failed_ask) then 'aggregate'
        when m.is_aggregate then 'context'
        when m.is_inference or m.has_usage then 'call'
        when m.is_http then 'attempt'
        else 'context'
    end as role,
    m.has_usage,
    case
        when m.scope_name like 'com.anthropic.claude-platform%' then 1
        when m.scope_name like 'com.anthropic.sdk%' or m.scope_name like 'com.openai.sdk%' then 3
        when
            m.gateway_call_id is not null
            or m.scope_name in ('litellm', 'portkey', 'mlflow.gateway')
            or m.scope_name like '%gateway%'
            then 2
        when
            m.scope_name in (
                'ai', 'gen_ai', '@ai-sdk/otel', 'pydantic-ai', 'langsmith', 'strands-agents', 'agent_framework'
            )
            or m.scope_name like '%langchain%'
            or m.scope_name like '%llama%index%'
            or m.scope_name like '%crewai%'
            or m.scope_name like '%vercel%'
            or m.scope_name like '%agent%'
            or m.scope_name like '%haystack%'
            or m.scope_name like '%dspy%'
            or m.scope_name like '%langgraph%'
            or m.scope_name like '%semantic_kernel%'
            or m.scope_name like '%instructor%'
            or m.scope_name like '%litellm%'
            then 5
        else 4
    end as witness
from marked as m
left join unfinished as u on m.trace_id = u.trace_id and m.span_id = u.span_id
