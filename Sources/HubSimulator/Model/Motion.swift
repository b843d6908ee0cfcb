/// What an update means, as whoever made it knows.
struct Motion {
    enum Sender: Hashable {
        case client(String)
        /// A provider, the hub's or another, that proposes from outside.
        case provider(String)

        var domain: String {
            switch self {
            case .client(let name): name.domain
            case .provider(let domain): domain
            }
        }

        var client: String? {
            if case .client(let name) = self { name } else { nil }
        }
    }

    enum Form: Hashable {
        /// Proposals, with the references that commits know them by.
        case proposals([[UInt8]])
        /// A member's commit that names these references.
        case commit([[UInt8]])
        /// The commit of a client that joins by it.
        case join([[UInt8]])
    }

    /// Something wrong with the message that has no word in the model.
    struct Flaw: Hashable {
        enum Moment { case unreadable, unauthentic, unconfirmed }

        let what: String
        /// The rule that refuses it; empty if it is not said.
        var rule = ""
        /// When it is seen: before anything else, when the sender is looked at, or after that; of a
        /// commit last of all.
        var moment = Moment.unauthentic
    }

    var sender: Sender
    /// The provider that brings it.
    var source: String
    var epoch: UInt64
    var form: Form
    /// What is proposed, or what a commit carries itself.
    var items: [Item]
    var flaw: Flaw?
}

extension Motion: CustomStringConvertible {
    var description: String {
        let name =
            switch form {
            case .proposals: "proposals"
            case .commit(let names): "a commit of \(names.count) and"
            case .join(let names): "an external commit of \(names.count) and"
            }
        let flaw = flaw.map { ", flawed: \($0.what)" } ?? ""
        return "\(name) \(items) by \(sender) from \(source) in epoch \(epoch)\(flaw)"
    }
}

extension Motion.Sender: CustomStringConvertible {
    var description: String { client ?? domain }
}

/// Why the model refuses something; the rule is empty where the model does not say which one.
struct Objection: Error {
    let rule: String
    let why: String

    init(_ rule: String = "", _ why: String) {
        self.rule = rule
        self.why = why
    }
}
