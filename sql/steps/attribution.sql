-- One row per counted call with every dimension from the nearest span that names it, and where that was
-- grain: lead_id
-- Ranks: own 0, ancestors by depth from 10,000,000, root 20,000,000, resource 30,000,000, the root's name 40,000,000;
-- a sibling sighting of the same call a thousand million further.
with
named as (
    select
        c.lead_id,
        c.base_rank as rank,
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
        c.base_rank + case when x.is_root then 20000000 else 10000000 end + a.depth * 1000 as rank,
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
        c.base_rank + 29000000 as rank,
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
        c.base_rank + 30000000 as rank,
        cast(null as varchar) as workflow,
        cast(null as varchar) as stage,
        cast(null as varchar) as task_id,
        cast(null as varchar) as task_type,
        s.resource_customer_id as customer_id,
        cast(null as varchar) as user_id,
        s.resource_feature as feature,
        s.resource_team as team,
        s.resource_environment as environment,
        cast(null as varchar) as session_id,
        cast(null as varchar) as prompt_name,
        cast(null as varchar) as prompt_version,
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
        c.base_rank + 40000000 as rank,
        r.workflow,
        cast(null as varchar) as stage,
        cast(null as varchar) as task_id,
        cast(null as varchar) as task_type,
        cast(null as varchar) as customer_id,
        cast(null as varchar) as user_id,
        cast(null as varchar) as feature,
        cast(null as varchar) as team,
        cast(null as varchar) as environment,
        cast(null as varchar) as session_id,
        cast(null as varchar) as prompt_name,
        cast(null as varchar) as prompt_version,
        cast(null as varchar) as service_name
    from steps.attributed_calls as c
    inner join steps.trace_roots as r on c.trace_id = r.trace_id and c.span_no is distinct from r.span_no
),

resolved as (
    select
        lead_id,
        arg_min(workflow, rank) filter (where workflow is not null) as workflow,
        min(rank) filter (where workflow is not null) as workflow_rank,
        arg_min(stage, rank) filter (where stage is not null) as stage,
        min(rank) filter (where stage is not null) as stage_rank,
        arg_min(task_id, rank) filter (where task_id is not null) as task_id,
        min(rank) filter (where task_id is not null) as task_id_rank,
        arg_min(task_type, rank) filter (where task_type is not null) as task_type,
        min(rank) filter (where task_type is not null) as task_type_rank,
        arg_min(customer_id, rank) filter (where customer_id is not null) as customer_id,
        min(rank) filter (where customer_id is not null) as customer_id_rank,
        arg_min(user_id, rank) filter (where user_id is not null) as user_id,
        min(rank) filter (where user_id is not null) as user_id_rank,
        arg_min(feature, rank) filter (where feature is not null) as feature,
        min(rank) filter (where feature is not null) as feature_rank,
        arg_min(team, rank) filter (where team is not null) as team,
        min(rank) filter (where team is not null) as team_rank,
        arg_min(environment, rank) filter (where environment is not null) as environment,
        min(rank) filter (where environment is not null) as environment_rank,
        arg_min(session_id, rank) filter (where session_id is not null) as session_id,
        min(rank) filter (where session_id is not null) as session_id_rank,
        arg_min(prompt_name, rank) filter (where prompt_name is not null) as prompt_name,
        min(rank) filter (where prompt_name is not null) as prompt_name_rank,
        arg_min(prompt_version, rank) filter (where prompt_version is not null) as prompt_version,
        min(rank) filter (where prompt_version is not null) as prompt_version_rank,
        arg_min(service_name, rank) filter (where service_name is not null) as service_name,
        min(rank) filter (where service_name is not null) as service_name_rank
    from named
    group by lead_id
)

select
    r.lead_id,
    r.workflow,
    r.stage,
    r.task_id,
    r.task_type,
    r.customer_id,
    r.user_id,
    r.feature,
    r.team,
    r.environment,
    r.session_id,
    r.prompt_name,
    r.prompt_version,
    r.service_name,
    case
        when r.workflow_rank >= 1000000000 then 'sibling'
        when r.workflow_rank >= 30000000 and r.workflow_rank < 40000000 then 'resource'
        when r.workflow_rank >= 20000000 then 'root'
        when r.workflow_rank >= 10000000 then 'ancestor'
        when r.workflow_rank is not null then 'own'
    end as workflow_origin,
    case
        when r.stage_rank >= 1000000000 then 'sibling'
        when r.stage_rank >= 30000000 and r.stage_rank < 40000000 then 'resource'
        when r.stage_rank >= 20000000 then 'root'
        when r.stage_rank >= 10000000 then 'ancestor'
        when r.stage_rank is not null then 'own'
    end as stage_origin,
    case
        when r.task_id_rank >= 1000000000 then 'sibling'
        when r.task_id_rank >= 30000000 and r.task_id_rank < 40000000 then 'resource'
        when r.task_id_rank >= 20000000 then 'root'
        when r.task_id_rank >= 10000000 then 'ancestor'
        when r.task_id_rank is not null then 'own'
    end as task_id_origin,
    case
        when r.task_type_rank >= 1000000000 then 'sibling'
        when r.task_type_rank >= 30000000 and r.task_type_rank < 40000000 then 'resource'
        when r.task_type_rank >= 20000000 then 'root'
        when r.task_type_rank >= 10000000 then 'ancestor'
        when r.task_type_rank is not null then 'own'
    end as task_type_origin,
    case
        when r.customer_id_rank >= 1000000000 then 'sibling'
        when r.customer_id_rank >= 30000000 and r.customer_id_rank < 40000000 then 'resource'
        when r.customer_id_rank >= 20000000 then 'root'
        when r.customer_id_rank >= 10000000 then 'ancestor'
        when r.customer_id_rank is not null then 'own'
    end as customer_id_origin,
    case
        when r.user_id_rank >= 1000000000 then 'sibling'
        when r.user_id_rank >= 30000000 and r.user_id_rank < 40000000 then 'resource'
        when r.user_id_rank >= 20000000 then 'root'
        when r.user_id_rank >= 10000000 then 'ancestor'
        when r.user_id_rank is not null then 'own'
    end as user_id_origin,
    case
        when r.feature_rank >= 1000000000 then 'sibling'
        when r.feature_rank >= 30000000 and r.feature_rank < 40000000 then 'resource'
        when r.feature_rank >= 20000000 then 'root'
        when r.feature_rank >= 10000000 then 'ancestor'
        when r.feature_rank is not null then 'own'
    end as feature_origin,
    case
        when r.team_rank >= 1000000000 then 'sibling'
        when r.team_rank >= 30000000 and r.team_rank < 40000000 then 'resource'
        when r.team_rank >= 20000000 then 'root'
        when r.team_rank >= 10000000 then 'ancestor'
        when r.team_rank is not null then 'own'
    end as team_origin,
    case
        when r.environment_rank >= 1000000000 then 'sibling'
        when r.environment_rank >= 30000000 and r.environment_rank < 40000000 then 'resource'
        when r.environment_rank >= 20000000 then 'root'
        when r.environment_rank >= 10000000 then 'ancestor'
        when r.environment_rank is not null then 'own'
    end as environment_origin,
    case
        when r.session_id_rank >= 1000000000 then 'sibling'
        when r.session_id_rank >= 30000000 and r.session_id_rank < 40000000 then 'resource'
        when r.session_id_rank >= 20000000 then 'root'
        when r.session_id_rank >= 10000000 then 'ancestor'
        when r.session_id_rank is not null then 'own'
    end as session_id_origin,
    case
        when r.prompt_name_rank >= 1000000000 then 'sibling'
        when r.prompt_name_rank >= 30000000 and r.prompt_name_rank < 40000000 then 'resource'
        when r.prompt_name_rank >= 20000000 then 'root'
        when r.prompt_name_rank >= 10000000 then 'ancestor'
        when r.prompt_name_rank is not null then 'own'
    end as prompt_name_origin,
    case
        when r.prompt_version_rank >= 1000000000 then 'sibling'
        when r.prompt_version_rank >= 30000000 and r.prompt_version_rank < 40000000 then 'resource'
        when r.prompt_version_rank >= 20000000 then 'root'
        when r.prompt_version_rank >= 10000000 then 'ancestor'
        when r.prompt_version_rank is not null then 'own'
    end as prompt_version_origin,
    case
        when r.service_name_rank >= 1000000000 then 'sibling'
        when r.service_name_rank >= 30000000 and r.service_name_rank < 40000000 then 'resource'
        when r.service_name_rank >= 20000000 then 'root'
        when r.service_name_rank >= 10000000 then 'ancestor'
        when r.service_name_rank is not null then 'own'
    end as service_name_origin
from resolved as r
