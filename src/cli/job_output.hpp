// What the verbs of `herald job` say, as JSON and as text. Pure.
#pragma once

#include "app/administration.hpp"
#include "cli/output.hpp"

namespace herald::cli
{

json::object json_of(const JobReport& report);
Answer show_job(const JobReport& report);
Answer show_plan(const JobPlan& plan);

}  // namespace herald::cli
