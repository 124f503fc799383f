"""What each feature does for one user action, step by step.

How calls end is in `calling`; when actions happen is in `traffic`.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from unitcost.demo.calling import Ask, ask_directly, ask_gateway
from unitcost.demo.run import Attributes, Call, Run, Step, Usage, tokens
from unitcost.demo.scenario import (
    ANSWER_MODEL,
    CONTRACT_MODEL,
    DATA_AGENT,
    DOC_SEARCH,
    DRAFT_REPLY,
    EMBEDDING_MODEL,
    JUDGE_MODEL,
    JUDGE_SERVICE,
    LOOP_TURNS,
    PROMPT_CHANGE,
    REPLY_MODEL,
    RERANK_MODEL,
    TICKET_MODEL,
    TICKET_SUMMARY,
)


def summarise_ticket(run: Run, root: str) -> None:
    """One call through the gateway."""
    usage = Usage(tokens(run.rng, 1_900), 0, 0, tokens(run.rng, 220, 0.3))
    ask_gateway(run, root, Ask(TICKET_MODEL, usage, f"chat {TICKET_MODEL.name}"))


def draft_reply(run: Run, root: str) -> None:
    """One long prompt, mostly cached; one reply in eight is judged by a smaller model."""
    rng, name = run.rng, PROMPT_CHANGE[0]
    instructions = 2_304 if run.prompt_version == PROMPT_CHANGE[1] else 7_936
    cached = instructions if rng.random() < 0.7 else 0
    usage = Usage(
        instructions - cached + tokens(rng, 1_400),
        cached,
        0,
        tokens(rng, 330, 0.3),
        tokens(rng, 90),
    )
    ask = Ask(REPLY_MODEL, usage, "openai.chat", prompt=(name, run.prompt_version))
    reply = ask_directly(run, root, ask)
    if reply.is_answered and rng.random() < 0.125:
        _judge(run, root, reply)


def _judge(run: Run, root: str, reply: Call) -> None:
    evaluation = run.open("quality judge", root, {"openinference.span.kind": "EVALUATOR"})
    evaluation.service = JUDGE_SERVICE
    usage = Usage(reply.usage.prompt_tokens + reply.usage.output_tokens, 0, 0, 38)
    ask_directly(run, evaluation.span_id, Ask(JUDGE_MODEL, usage, "ChatOpenAI", stage="evaluation"))
    run.steps[-1].service = JUDGE_SERVICE
    run.close(evaluation)


def answer_question(run: Run, root: str) -> None:
    """Embed the question, retrieve, rerank, answer."""
    rng = run.rng
    ask = Ask(
        EMBEDDING_MODEL, Usage(tokens(rng, 24, 0.4)), "OpenAIEmbedding", "embeddings", "embedding",
        is_plain=True,
    )  # fmt: skip
    if not ask_directly(run, root, ask).is_answered:
        return
    retriever = run.open("VectorIndexRetriever", root, {"openinference.span.kind": "RETRIEVER"})
    run.wait(30, 120)
    run.close(retriever)
    ask_directly(
        run, root,
        Ask(RERANK_MODEL, Usage(search_units=1), "CohereRerank", "rerank", "rerank", is_plain=True),
    )  # fmt: skip
    usage = Usage(tokens(rng, 5_200, 0.35), 0, 0, tokens(rng, 260, 0.3))
    ask_directly(run, root, Ask(ANSWER_MODEL, usage, "Gemini.chat"))


def review_contract(run: Run, root: str) -> None:
    """A long contract, written to the cache once and read for every question about it."""
    rng = run.rng
    contract = tokens(rng, 38_000, 0.45)
    for question in range(3 + int(rng.random() * 4)):
        is_written = question == 0 or run.misses_cache
        written, read = (contract, 0) if is_written else (0, contract)
        usage = Usage(tokens(rng, 700), read, written, tokens(rng, 650, 0.35))
        ask_directly(run, root, Ask(CONTRACT_MODEL, usage, f"chat {CONTRACT_MODEL.name}"))
        run.wait(200, 900)


def analyse_data(run: Run, root: str) -> None:
    """An agent that thinks, calls a tool and thinks again; its span repeats the sum."""
    rng, read, written = run.rng, 0, 0
    agent = run.open("invoke_agent data-analyst", root, {"gen_ai.operation.name": "invoke_agent"})
    context = tokens(rng, 2_600, 0.3)
    turns = LOOP_TURNS if run.loops else 2 + min(9, tokens(rng, 2.6, 0.6))
    for turn in range(turns):
        usage = Usage(context, 0, 0, tokens(rng, 170, 0.4), tokens(rng, 320, 0.6))
        call = ask_directly(run, agent.span_id, Ask(REPLY_MODEL, usage, f"chat {REPLY_MODEL.name}"))
        if call.is_answered:
            read, written = read + usage.prompt_tokens, written + call.usage.completion_tokens
        if call.ending != "ok" and not run.loops:
            break
        _use_tool(run, agent, 0 if run.loops else turn)
        context += usage.output_tokens + tokens(rng, 900, 0.6)
    agent.attributes |= _aggregate(read, written)
    run.close(agent)


def _use_tool(run: Run, agent: Step, page: int) -> None:
    attributes: Attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "run_sql",
        "gen_ai.tool.call.arguments": json.dumps({"table": "orders", "page": page}),
    }
    tool = run.open("execute_tool run_sql", agent.span_id, attributes)
    run.wait(150, 2_500)
    run.close(tool)


def _aggregate(read: int, written: int) -> Attributes:
    return {
        "gen_ai.agent.name": "data-analyst",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": REPLY_MODEL.name,
        "gen_ai.usage.input_tokens": read,
        "gen_ai.usage.output_tokens": written,
    }


TRACED: dict[str, Callable[[Run, str], None]] = {
    TICKET_SUMMARY.name: summarise_ticket,
    DRAFT_REPLY.name: draft_reply,
    DOC_SEARCH.name: answer_question,
    "contract-review": review_contract,
    DATA_AGENT.name: analyse_data,
}
"""Feature name -> what one run of it does below its root span."""
