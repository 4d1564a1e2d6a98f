-- Which days from $1 on have been settled by which task.
SELECT task, for_date FROM task_runs WHERE outcome = 'succeeded' AND for_date >= $1::date
