-- One row per counted call with every dimension from the nearest span that names it, and where that was
-- grain: lead_id
with
-- Ranks: own 0, ancestors by depth from 10,000,000, root 20,000,000, resource 30,000,000, the root's name 40,000,000;
-- a sibling sighting of the same call a thousand million further.
named as (
    select
        c.lead_id,
        c.is_sibling,
        c.base_rank as rank,
        'own' as origin,
        s.workflow,
        s.stage,
        s.task_id,
        s.task_type,
        s.customer_id,
        s.user_id,
        s.feature,
        s.team,
        s.environment,
        s.session_id,
        s.prompt_name,
        s.prompt_version,
        s.service_name
    from steps.attributed_calls as c
    inner join steps.sightings as s on c.sighting_id = s.sighting_id
    union all
    select
        c.lead_id,
        c.is_sibling,
        c.base_rank + case when x.is_root then 20000000 else 10000000 end + a.depth * 1000 as rank,
        case when x.is_root then 'root' else 'ancestor' end as origin,
        x.workflow,
        x.stage,
        x.task_id,
        x.task_type,
        x.customer_id,
        x.user_id,
        x.feature,
        x.team,
        x.environment,
        x.session_id,
        x.prompt_name,
        x.prompt_version,
        x.service_name
    from steps.attributed_calls as c
    inner join steps.ancestors as a on c.parent_no = a.start_no
    inner join steps.context_spans as x on a.ancestor_no = x.span_no
    union all
    select
        c.lead_id,
        c.is_sibling,
        c.base_rank + 29000000 as rank,
        'root' as origin,
        x.workflow,
        x.stage,
        x.task_id,
        x.task_type,
        x.customer_id,
        x.user_id,
        x.feature,
        x.team,
        x.environment,
        x.session_id,
        x.prompt_name,
        x.prompt_version,
        x.service_name
    from steps.attributed_calls as c
    inner join steps.trace_roots as r on c.trace_id = r.trace_id and c.span_no is distinct from r.span_no
    inner join steps.context_spans as x on r.span_no = x.span_no
    union all
    select
        c.lead_id,
        c.is_sibling,
        c.base_rank + 30000000 as rank,
        'resource' as origin,
        null as workflow,
        null as stage,
        null as task_id,
        null as task_type,
        s.resource_customer_id as customer_id,
        null as user_id,
        s.resource_feature as feature,
        s.resource_team as team,
        s.resource_environment as environment,
        null as session_id,
        null as prompt_name,
        null as prompt_version,
        s.resource_service_name as service_name
    from steps.attributed_calls as c
    inner join steps.sightings as s on c.sighting_id = s.sighting_id
    where
        coalesce(
            s.resource_customer_id,
            s.resource_feature,
            s.resource_team,
            s.resource_environment,
            s.resource_service_name
        ) is not null
    union all
    select
        c.lead_id,
        c.is_sibling,
        c.base_rank + 40000000 as rank,
        'root' as origin,
        r.workflow,
        null as stage,
        null as task_id,
        null as task_type,
        null as customer_id,
        null as user_id,
        null as feature,
        null as team,
        null as environment,
        null as session_id,
        null as prompt_name,
        null as prompt_version,
        null as service_name
    from steps.attributed_calls as c
    inner join steps.trace_roots as r on c.trace_id = r.trace_id and c.span_no is distinct from r.span_no
),

placed as (
    select
        lead_id,
        rank,
        case when is_sibling then 'sibling' else origin end as origin,
        workflow,
        stage,
        task_id,
        task_type,
        customer_id,
        user_id,
        feature,
        team,
        environment,
        session_id,
        prompt_name,
        prompt_version,
        service_name
    from named
)

select
    lead_id,
    arg_min(workflow, rank) filter (where workflow is not null) as workflow,
    arg_min(stage, rank) filter (where stage is not null) as stage,
    arg_min(task_id, rank) filter (where task_id is not null) as task_id,
    arg_min(task_type, rank) filter (where task_type is not null) as task_type,
    arg_min(customer_id, rank) filter (where customer_id is not null) as customer_id,
    arg_min(user_id, rank) filter (where user_id is not null) as user_id,
    arg_min(feature, rank) filter (where feature is not null) as feature,
    arg_min(team, rank) filter (where team is not null) as team,
    arg_min(environment, rank) filter (where environment is not null) as environment,
    arg_min(session_id, rank) filter (where session_id is not null) as session_id,
    arg_min(prompt_name, rank) filter (where prompt_name is not null) as prompt_name,
    arg_min(prompt_version, rank) filter (where prompt_version is not null) as prompt_version,
    arg_min(service_name, rank) filter (where service_name is not null) as service_name,
    arg_min(origin, rank) filter (where workflow is not null) as workflow_origin,
    arg_min(origin, rank) filter (where stage is not null) as stage_origin,
    arg_min(origin, rank) filter (where task_id is not null) as task_id_origin,
    arg_min(origin, rank) filter (where task_type is not null) as task_type_origin,
    arg_min(origin, rank) filter (where customer_id is not null) as customer_id_origin,
    arg_min(origin, rank) filter (where user_id is not null) as user_id_origin,
    arg_min(origin, rank) filter (where feature is not null) as feature_origin,
    arg_min(origin, rank) filter (where team is not null) as team_origin,
    arg_min(origin, rank) filter (where environment is not null) as environment_origin,
    arg_min(origin, rank) filter (where session_id is not null) as session_id_origin,
    arg_min(origin, rank) filter (where prompt_name is not null) as prompt_name_origin,
    arg_min(origin, rank) filter (where prompt_version is not null) as prompt_version_origin,
    arg_min(origin, rank) filter (where service_name is not null) as service_name_origin
from placed
group by lead_id
