// Private to storage/pg: what Rows points at.
#pragma once

#include <libpq-fe.h>

#include "storage/pg/rows.hpp"

namespace herald::pg
{

struct Rows::Data
{
    Data(PGresult* owned, std::string_view statement_name) : result(owned), statement(statement_name) {}
    Data(const Data&) = delete;
    Data& operator=(const Data&) = delete;
    ~Data() { PQclear(result); }

    PGresult* result;
    std::string_view statement;
};

}  // namespace herald::pg
