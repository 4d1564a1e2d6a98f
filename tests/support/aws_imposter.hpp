// The other side of ses and sns: a server on the loopback that answers as a service of AWS does, and its misbehaviours
// for the conformance suite. For tests only.
#pragma once

#include <atomic>
#include <list>
#include <string>
#include <utility>

#include "providers/aws/aws_client.hpp"
#include "tests/conformance/provider_suite.hpp"
#include "tests/support/http_imposter.hpp"
#include "tests/support/smtp_imposter.hpp"

namespace herald::test
{

struct AwsReply
{
    int status = 200;
    std::string body;
    std::string headers;  // each with its line end
};

inline AwsOptions aws_options(std::string endpoint)
{
    AwsOptions options;
    options.region = "us-gov-west-1";
    options.access_key_id = "AKIDEXAMPLE";
    options.secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    options.endpoint = std::move(endpoint);
    return options;
}

// `taken(n)` is the answer to the n-th message, from 1.
using AwsTaken = AwsReply (*)(int);

inline HttpImposter::Script answering(AwsReply reply)
{
    return [reply = std::move(reply)](HttpImposter::Connection& connection)
    {
        connection.answer(reply.status, reply.body, reply.headers);
    };
}

inline HttpImposter::Script taking_all(AwsTaken taken)
{
    return [taken, count = std::make_shared<std::atomic<int>>(0)](HttpImposter::Connection& connection)
    {
        const auto reply = taken(++*count);
        connection.answer(reply.status, reply.body, reply.headers);
    };
}

// The peers of one suite. As in production, who hangs up or talks nonsense at once does so before there is TLS, so that
// nothing of a message has left.
class AwsPeers
{
public:
    AwsPeers(AwsTaken taken, AwsReply refused, AwsReply busy)
        : taken_(taken), refused_(std::move(refused)), busy_(std::move(busy))
    {
    }

    // The endpoint of one that behaves like `peer`.
    std::string start(Peer peer)
    {
        switch (peer)
        {
            case Peer::healthy:
                return serve(taking_all(taken_));
            case Peer::refuses_the_message:
                return serve(answering(refused_));
            case Peer::is_busy:
                return serve(answering(busy_));
            case Peer::silent:
            case Peer::silent_after_message:
                return serve([](HttpImposter::Connection& connection) { connection.hang(); });
            case Peer::hangs_up_after_message:
                return serve([](HttpImposter::Connection& connection) { connection.close(); });
            case Peer::closes_at_once:
                return greet(std::string(SmtpImposter::kHangUp));
            case Peer::talks_nonsense:
                return greet("hello, I am no TLS");
        }
        return {};
    }

private:
    std::string serve(HttpImposter::Script script) { return http_.emplace_back(std::move(script)).url(""); }
    std::string greet(std::string words)
    {
        const auto& server = others_.emplace_back([words](const SmtpImposter::Command&) { return words; });
        return "https://127.0.0.1:" + std::to_string(server.port());
    }

    AwsTaken taken_;
    AwsReply refused_;
    AwsReply busy_;
    std::list<HttpImposter> http_;
    std::list<SmtpImposter> others_;
};

}  // namespace herald::test
