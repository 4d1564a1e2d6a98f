// Where whole files are kept: the CSV of a job, a contact list, a logo. One interface, and a folder for each kind of
// store; tests/conformance/object_store_suite.hpp says what each of them must do.
//
// An object is its bytes and a few words about them, under a key. It is written whole or not at all, and never changed:
// whoever writes the same key puts another object in its place, and of two at once the one that ends later stays.
// Whoever was reading the old one gets the old one to its end or an exception, never a mixture.
//
// An absent object is an outcome (nullptr, nullopt), logged by open() as a warning with its key. Anything else that
// goes wrong is an exception: DeadlineExceeded, std::invalid_argument (a key or metadata that no store takes: a mistake
// of the caller), or another std::exception (ObjectStoreError, CpuPoolFull); trying again later is right for all but
// std::invalid_argument. What they say names the operation and a code, never a credential nor what is in an object.
//
// A store belongs to one Loop, and outlives its readers and writers. Many operations may be under way at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "runtime/task.hpp"

namespace herald
{

class ObjectStoreError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// Whether every store takes it as a key: 1 to 1024 bytes of UTF-8 without control characters, in parts between slashes
// of which none is empty, "." or "..". (A file store takes up to 255 bytes, where each '/' and '%' counts three times.)
// Keys are logged, so nothing personal belongs in one.
bool is_object_key(std::string_view key);

// What is known about an object besides its bytes: kept exactly.
using ObjectMetadata = std::map<std::string, std::string>;

// Whether every store takes it: names of a-z and '_'; values of printable ASCII, not empty and without a space at
// either end; 2000 bytes altogether. That is what S3 gives back unchanged: other text comes back in an encoding that
// few clients read (RFC 2047), so whoever has some says it in ASCII (percent-encoded, as the family does). Other names
// are read, but not written: libcurl 7.88 signs "a-b" and "a1" beside "a" in the wrong order, and empty values as
// nothing.
bool is_object_metadata(const ObjectMetadata& metadata);

struct ObjectInfo
{
    std::uint64_t size = 0;
    Instant modified_at;      // of whole seconds where the store knows no better
    ObjectMetadata metadata;  // names in lower case
};

// An object from its first byte to its last. May be destroyed at any time.
class ObjectReader
{
public:
    virtual ~ObjectReader() = default;
    [[nodiscard]] virtual const ObjectInfo& info() const = 0;
    // The next bytes, at most kMaxObjectChunk; empty at the end, and only there. Throws when the connection is lost or
    // the object was replaced meanwhile; read() after that is undefined. One read at a time.
    virtual Task<std::string> read(Deadline deadline) = 0;
};

inline constexpr std::size_t kMaxObjectChunk = 4'194'304;

// An object that is being made: nobody sees any of it until it is committed. Destroyed uncommitted, it leaves nothing.
// (A process that is killed may leave what no reader and no list shows: docs/operating.md, "Objects".)
class ObjectWriter
{
public:
    virtual ~ObjectWriter() = default;
    // Adds bytes, of any number; waits while the store has enough to do. One call at a time. After an exception only
    // destruction is allowed.
    virtual Task<> write(std::string bytes, Deadline deadline) = 0;
    // The object is there, durably, when this returns. Once. After an exception it may be there or not, but not in
    // part.
    virtual Task<> commit(Deadline deadline) = 0;
};

struct ListedObject
{
    std::string key;
    std::uint64_t size = 0;
    Instant modified_at;
};

struct ObjectPage
{
    std::vector<ListedObject> objects;  // by the bytes of their keys
    std::string next;                   // what the following page comes behind; empty: there is none
};

class ObjectStore
{
public:
    virtual ~ObjectStore() = default;

    // To read it. nullptr: there is no such object.
    virtual Task<std::unique_ptr<ObjectReader>> open(std::string key, Deadline deadline) = 0;
    // What is known about it, without its bytes. nullopt: there is no such object.
    virtual Task<std::optional<ObjectInfo>> inspect(std::string key, Deadline deadline) = 0;
    // To write one of any size, a piece at a time, in constant memory.
    virtual Task<std::unique_ptr<ObjectWriter>> create(std::string key, ObjectMetadata metadata, Deadline deadline) = 0;
    // Writes one at once, as create(), write() and commit() would: for what is in memory anyway, up to some megabytes.
    virtual Task<> put(std::string key, std::string bytes, ObjectMetadata metadata, Deadline deadline) = 0;
    // There is no such object afterwards. Whether there was one is not told: S3 does not know.
    virtual Task<> remove(std::string key, Deadline deadline) = 0;
    // The next objects whose keys begin with `prefix` and come behind `after` (empty: from the first), at most `limit`
    // of them, 1 to 1000. For housekeeping: whoever knows a key opens it.
    virtual Task<ObjectPage> list(std::string prefix, std::string after, std::size_t limit, Deadline deadline) = 0;

    // The last call, once no reader and no writer is left: takes back what abandoned writers had sent already. Does not
    // throw; what is left of them is no object.
    virtual Task<> close(Deadline deadline) = 0;
};

}  // namespace herald
