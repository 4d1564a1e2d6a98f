#include "storage/pg/params.hpp"

namespace herald::pg
{

void Params::begin(std::uint32_t oid)
{
    types_.push_back(oid);
    offsets_.push_back(buffer_.size());
    lengths_.push_back(0);
}

void Params::add_null(std::uint32_t oid)
{
    begin(oid);
    lengths_.back() = -1;
}

void Params::add(bool value)
{
    put(value);
}
void Params::add(std::int16_t value)
{
    put(value);
}
void Params::add(std::int32_t value)
{
    put(value);
}
void Params::add(std::int64_t value)
{
    put(value);
}
void Params::add(double value)
{
    put(value);
}
void Params::add(std::string_view value)
{
    put(value);
}
void Params::add(const Bytes& value)
{
    put(value);
}
void Params::add(const Uuid& value)
{
    put(value);
}
void Params::add(Instant value)
{
    put(value);
}
void Params::add(LocalDate value)
{
    put(value);
}

void Params::add_json(std::string_view value)
{
    begin(detail::oid_jsonb);
    buffer_.push_back('\1');  // the version of the format (jsonb_recv)
    buffer_.append(value);
    lengths_.back() = static_cast<int>(buffer_.size() - offsets_.back());
}

Params::View Params::view()
{
    values_.resize(types_.size());
    formats_.assign(types_.size(), 1);
    for (std::size_t i = 0; i < types_.size(); ++i)
    {
        values_[i] = lengths_[i] < 0 ? nullptr : buffer_.data() + offsets_[i];
    }
    return {.count = static_cast<int>(types_.size()),
            .types = types_.data(),
            .values = values_.data(),
            .lengths = lengths_.data(),
            .formats = formats_.data()};
}

}  // namespace herald::pg
