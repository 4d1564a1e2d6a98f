// libcurl's multi interface driven by a Loop: many transfers (HTTP, SMTP) at once, connections kept and reused, no
// thread of its own but the resolver's.
//
// Security: an EasyHandle starts with TLS verification on, no proxy and no .netrc from the environment, no redirects
// and only http and https; whoever needs another protocol (smtp) sets CURLOPT_PROTOCOLS_STR. Connections are shared
// inside one CurlDriver: an address guard on a handle (CURLOPT_OPENSOCKETFUNCTION) says nothing about a connection that
// another handle has opened, so guarded and unguarded transfers need a driver each. CurlResult::error never holds the
// URL or credentials.
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include <curl/curl.h>

#include "runtime/task.hpp"

namespace herald
{

// Owns a CURL easy handle and the lists given to it. Move-only; belongs to one Loop.
class EasyHandle
{
public:
    EasyHandle();  // throws std::bad_alloc
    EasyHandle(EasyHandle&&) noexcept = default;
    EasyHandle& operator=(EasyHandle&&) noexcept = default;

    // An option curl refuses throws std::invalid_argument (a mistake in the program, or a value of the configuration).
    // curl copies text. It does not copy what pointers point at: that must outlive the transfer.
    // CURLOPT_ERRORBUFFER is perform()'s.
    void set(CURLoption option, long value);
    void set(CURLoption option, const std::string& text);
    void set(CURLoption option, const char* text);
    template <class Pointee>
    void set(CURLoption option,
             Pointee* pointer)  // data, or a function; one with the wrong signature is undefined behaviour
    {
        check(option, curl_easy_setopt(handle_.get(), option, pointer));
    }
    // The options that take a curl_slist (CURLOPT_HTTPHEADER, CURLOPT_MAIL_RCPT). Kept alive with the handle.
    void set_list(CURLoption option, const std::vector<std::string>& items);

    template <class Value>
    [[nodiscard]] Value info(CURLINFO what) const  // long, curl_off_t, double or const char*, as `what` has it
    {
        Value value{};
        curl_easy_getinfo(handle_.get(), what, &value);
        return value;
    }
    [[nodiscard]] CURL* get() const { return handle_.get(); }

private:
    struct Cleanup
    {
        void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
        void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    };
    static void check(CURLoption option, CURLcode code);

    std::vector<std::unique_ptr<curl_slist, Cleanup>> lists_;
    std::unique_ptr<CURL, Cleanup> handle_;  // declared last: destroyed before the lists it uses
};

struct CurlResult
{
    CURLcode code = CURLE_OK;
    long response_code = 0;  // of HTTP, or the last SMTP reply; 0: none
    std::string error;       // empty when code is CURLE_OK
};

struct CurlDriverOptions
{
    long max_connections_per_host = 64;  // more transfers wait for one of them
    long max_connections = 512;
    long max_idle_connections = 128;  // kept open for reuse
};

// Belongs to one Loop and is destroyed before it, on it or after it has stopped. The first one made ignores SIGPIPE for
// the process: TLS libraries may write to a connection that the other side has closed.
class CurlDriver
{
public:
    explicit CurlDriver(asio::any_io_executor executor, CurlDriverOptions options = {});
    ~CurlDriver();  // transfers under way end with CURLE_ABORTED_BY_CALLBACK
    CurlDriver(const CurlDriver&) = delete;
    CurlDriver& operator=(const CurlDriver&) = delete;

    // Runs the transfer `easy` describes. `easy` must live, and not be used elsewhere, until this returns; then its
    // info() tells more. Does not throw for anything the other side does. At `deadline` the connection is dropped and
    // code is CURLE_OPERATION_TIMEDOUT; cancelled: CURLE_ABORTED_BY_CALLBACK. curl calls the handle's functions from
    // the loop, inside no coroutine; they must not throw.
    Task<CurlResult> perform(EasyHandle& easy, Deadline deadline);
    [[nodiscard]] std::size_t under_way() const;

private:
    struct Impl;
    static Task<CurlResult> perform_on(std::shared_ptr<Impl> impl, EasyHandle& easy, Deadline deadline);
    std::shared_ptr<Impl> impl_;
};

}  // namespace herald
