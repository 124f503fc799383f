-- One row per span with what it is to counting, and which layer wrote it
-- grain: trace_id, span_id
with
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
                'litellm.vector_store_management', 'litellm.vector_store_file_management'
            ),
            false
        ) as is_fetch,
        coalesce(
            operation in (
                'invoke_agent', 'create_agent', 'invoke_workflow', 'execute_tool', 'plan', 'agent_step',
                'handle_conversation_turn', 'retrieval', 'workflow', 'task', 'agent', 'tool', 'chain'
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
    trace_id,
    span_id,
    case
        when is_fetch then 'context'
        when is_aggregate and has_usage then 'aggregate'
        when is_aggregate then 'context'
        when is_inference or has_usage then 'call'
        when is_http then 'attempt'
        else 'context'
    end as role,
    has_usage,
    case
        when scope_name like 'com.anthropic.sdk%' or scope_name like 'com.openai.sdk%' then 3
        when
            gateway_call_id is not null
            or scope_name in ('litellm', 'portkey', 'mlflow.gateway')
            or scope_name like '%gateway%'
            then 2
        when
            scope_name in ('ai', '@ai-sdk/otel', 'pydantic-ai', 'langsmith', 'strands-agents', 'agent_framework')
            or scope_name like '%langchain%'
            or scope_name like '%llama%index%'
            or scope_name like '%crewai%'
            or scope_name like '%vercel%'
            or scope_name like '%agent%'
            or scope_name like '%haystack%'
            or scope_name like '%dspy%'
            or scope_name like '%langgraph%'
            or scope_name like '%semantic_kernel%'
            or scope_name like '%instructor%'
            or scope_name like '%litellm%'
            then 5
        else 4
    end as witness
from marked
