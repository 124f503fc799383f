-- One row for a day with calls that are counted apart though another source may tell of the same ones.
-- grain: day, subject
-- severity: warn

with doubt as (
    select
        source_format,
        count(*) as calls,
        min(sighting_id) as example
    from core.sightings
    where content_match = 'ambiguous'
    group by source_format
)

select
    $day as day,
    source_format as subject,
    concat(calls, ' calls are alike to several of another source and counted apart; one is ', example) as detail
from doubt
order by subject
