// The context in which the operations of management are tested.
#pragma once

#include <string>

#include "operations/manage_services.hpp"
#include "tests/support/operations_fixture.hpp"

namespace herald::testing
{

inline ManageContext manage(pg::Database& database)
{
    return ManageContext{database, test_keys(), "US", kTestNow, soon()};
}

inline Task<ServiceId> new_service(pg::Database& database, std::string name)
{
    NewService wanted;
    wanted.name = std::move(name);
    const auto made = co_await create_service(manage(database), std::move(wanted));
    if (!made) throw std::logic_error(made.error().message);
    co_return made->service.id;
}

}  // namespace herald::testing
