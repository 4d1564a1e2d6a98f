#include "storage/read_as_tenant.hpp"

#include "sql/queries.hpp"

namespace herald
{

Task<pg::Rows> read_as_tenant(pg::Database& database, ServiceId service, pg::Statement statement, pg::Params params,
                              Deadline deadline)
{
    std::vector<std::pair<pg::Statement, pg::Params>> statements;
    statements.emplace_back(sql::become_tenant, pg::Params::of(service.to_string()));
    statements.emplace_back(statement, std::move(params));
    auto answers = co_await database.execute_together(std::move(statements), deadline);
    co_return std::move(answers.at(1));
}

}  // namespace herald
