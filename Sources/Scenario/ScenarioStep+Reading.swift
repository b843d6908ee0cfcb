import MLSMessages
import RoomPolicy

extension ScenarioStep {
    private static let actions: Set<String> = [
        "update", "join", "message", "groupInfo", "keyMaterial", "race", "retry", "restart",
        "crash", "rebuild", "audit", "replay", "state", "joinCode", "consent",
    ]

    init(
        _ node: JSONNode, name: String, _ clients: Set<String>
    ) throws(ScenarioError) {
        let object = try node.object(
            Self.actions.union(["by", "from", "at", "deliver", "expect"]))
        self.name = name
        time = try object.integer("at")
        var kinds = object.keys.filter(Self.actions.contains)
        // "deliver" by itself is a step, and otherwise says when its step is delivered.
        if kinds.isEmpty, object["deliver"] != nil { kinds = ["deliver"] }
        guard let kind = kinds.first, kinds.count == 1 else {
            throw node.fail(
                kinds.isEmpty
                    ? "has no action" : "has several actions: \(kinds.sorted())")
        }
        delivers = kind == "deliver" ? false : try object.bool("deliver", default: true)
        expectation = try object["expect"].map(Expectation.init)
        guard let value = object[kind] else { throw node.fail("has no action") }
        action = try Self.action(kind, value, object, in: node, name, clients)
    }

    private static func action(
        _ kind: String, _ value: JSONNode, _ object: [String: JSONNode], in node: JSONNode,
        _ name: String, _ clients: Set<String>
    ) throws(ScenarioError) -> Action {
        func client() throws(ScenarioError) -> String {
            try object.required("by", in: node).client(among: clients)
        }
        let source = try object.string("from")
        switch kind {
        case "update":
            return .update(
                try Sender(object.required("by", in: node), clients),
                try UpdateSpec(value, clients), from: source)
        case "join": return .join(try client(), try JoinSpec(value), from: source)
        case "message": return .message(try client(), try MessageSpec(value), from: source)
        case "groupInfo":
            let request = try value.object(["code"])
            return .groupInfo(try client(), code: try request.string("code"), from: source)
        case "keyMaterial": return .keyMaterial(try client(), of: try value.string(), from: source)
        case "race":
            guard !name.contains(".") else { throw node.fail("a race inside a race") }
            var steps: [ScenarioStep] = []
            for (place, step) in try value.array().enumerated() {
                steps.append(try ScenarioStep(step, name: "\(name).\(place)", clients))
            }
            return .race(steps)
        case "retry": return .retry(try value.stepName())
        case "deliver":
            let who = try value.string()
            return .deliver(who == "all" ? nil : try value.client(among: clients))
        case "state":
            _ = try value.dictionary()
            return .state(value.value)
        case "joinCode": return .joinCode(try ScenarioJoinCode(value))
        case "consent": return .consent(try ConsentSpec(value))
        default:
            guard try value.bool() else { throw value.fail("is not true") }
            let plain: [String: Action] = [
                "restart": .restart, "crash": .crash, "rebuild": .rebuild, "audit": .audit,
                "replay": .replay,
            ]
            guard let action = plain[kind] else { throw node.fail("has no action") }
            return action
        }
    }
}

extension JSONNode {
    /// The number of a step, or `"4.1"`.
    func stepName() throws(ScenarioError) -> String {
        if case .string(let name) = value { return name }
        return String(try integer(Int.self))
    }
}

extension ScenarioStep.Sender {
    fileprivate init(_ node: JSONNode, _ clients: Set<String>) throws(ScenarioError) {
        let name = try node.string()
        if clients.contains(name) {
            self = .client(name)
        } else if name == "hub" {
            self = .hub
        } else if name.hasPrefix("provider:"), MIMIURI("mimi://\(name.dropFirst(9))") != nil {
            self = .provider(String(name.dropFirst("provider:".count)))
        } else {
            throw node.fail("no client \"\(name)\"")
        }
    }
}

extension ScenarioStep.Expectation {
    fileprivate init(_ node: JSONNode) throws(ScenarioError) {
        if case .string(let code) = node.value {
            self.init(code: code, rules: nil)
            return
        }
        let object = try node.object(["code", "rule"])
        var rules: [String]?
        if let rule = object["rule"] {
            if case .string(let one) = rule.value {
                rules = [one]
            } else {
                rules = try [String](rule)
            }
        }
        self.init(code: try object.required("code", in: node).string(), rules: rules)
    }
}

extension JoinSpec {
    fileprivate init(_ node: JSONNode) throws(ScenarioError) {
        let object = try node.object(["as", "code", "addSelf", "removeOld"])
        role = try object.integer("as")
        code = try object.string("code")
        addsSelf = try object.bool("addSelf")
        removesOld = try object.bool("removeOld")
    }
}

extension MessageSpec {
    fileprivate init(_ node: JSONNode) throws(ScenarioError) {
        let object = try node.object(["size", "epoch", "franked", "as"])
        size = try object.integer("size") ?? 0
        guard (0...1 << 20).contains(size) else { throw node.fail("size is not below 1 MiB") }
        epochDelta = try object.integer("epoch") ?? 0
        guard (-1_000_000...1_000_000).contains(epochDelta) else {
            throw node.fail("epoch is too far away")
        }
        isFranked = try object.bool("franked")
        user = try object.string("as")
    }
}

extension ConsentSpec {
    fileprivate init(_ node: JSONNode) throws(ScenarioError) {
        let object = try node.object(["by", "to", "op", "room"])
        by = try object.required("by", in: node).string()
        to = try object.required("to", in: node).string()
        let name = try object.required("op", in: node)
        guard let operation = Operation(rawValue: try name.string()) else {
            throw name.fail("is no operation")
        }
        self.operation = operation
        room = try object.string("room")
    }
}

extension UpdateSpec {
    fileprivate init(_ node: JSONNode, _ clients: Set<String>) throws(ScenarioError) {
        let object = try node.object([
            "commit", "refs", "proposals", "path", "tree", "groupInfo", "tamper",
        ])
        isCommit = try object.bool("commit")
        if let refs = object["refs"] { references = try References(refs) }
        for proposal in try object["proposals"]?.array() ?? [] {
            proposals.append(try ProposalSpec(proposal, clients))
        }
        path = try object["path"]?.bool()
        if let node = object["tree"] {
            guard let form = Tree(rawValue: try node.string()) else {
                throw node.fail("is no form")
            }
            tree = form
        }
        if let node = object["groupInfo"] {
            guard let form = GroupInfoForm(rawValue: try node.string()) else {
                throw node.fail("is no form")
            }
            groupInfo = form
        }
        if let node = object["tamper"] {
            guard let known = Tamper(try node.string()) else { throw node.fail("is no tamper") }
            tamper = known
        }
    }
}

extension UpdateSpec.References {
    fileprivate init(_ node: JSONNode) throws(ScenarioError) {
        switch node.value {
        case .string("all"): self = .all
        case .string("none"): self = .none
        default:
            var steps: [String] = []
            for step in try node.array() { steps.append(try step.stepName()) }
            self = .steps(steps)
        }
    }
}

extension ProposalSpec {
    private static let kinds: Set<String> = [
        "addUser", "removeUser", "setRole", "addClient", "removeClient", "updateSelf",
        "selfRemove", "leave", "metadata", "roles", "base", "preauth", "component",
        "removeComponent", "groupContextExtensions", "externalSenders", "psk", "reinit",
        "ephemeral",
    ]

    fileprivate init(_ node: JSONNode, _ clients: Set<String>) throws(ScenarioError) {
        let object = try node.object(Self.kinds.union(["separate"]))
        let separate = try object.bool("separate")
        let kinds = object.keys.filter(Self.kinds.contains)
        guard let kind = kinds.first, kinds.count == 1, let value = object[kind] else {
            throw node.fail("is not one proposal")
        }
        if let list = try Self(list: kind, value, separate) {
            self = list
            return
        }
        switch kind {
        case "addClient": self = .addClient(try value.client(among: clients))
        case "removeClient": self = .removeClient(try value.client(among: clients))
        case "updateSelf", "selfRemove", "leave", "reinit":
            guard try value.bool() else { throw value.fail("is not true") }
            let plain: [String: ProposalSpec] = [
                "updateSelf": .updateSelf, "selfRemove": .selfRemove, "leave": .leave,
                "reinit": .reInit,
            ]
            guard let spec = plain[kind] else { throw node.fail("is not one proposal") }
            self = spec
        case "metadata": self = .metadata(try MetadataEdit(value))
        case "roles": self = .roles(try [Role](value))
        case "base": self = .base(try BaseEdit(value))
        case "preauth": self = .preauth(try [ScenarioPreauth](value))
        case "component", "ephemeral":
            let parts = try value.tuple(2)
            let id = ComponentID(try parts[0].codePoint())
            let data = try parts[1].bytes()
            self = kind == "component" ? .component(id, data) : .ephemeral(id, data)
        case "removeComponent": self = .removeComponent(ComponentID(try value.codePoint()))
        case "groupContextExtensions": self = .groupContextExtensions(try Self.extensions(value))
        case "externalSenders": self = .externalSenders(try [String](value))
        case "psk": self = .psk(try value.string())
        default: throw node.fail("is not one proposal")
        }
    }

    /// Those that make a ParticipantListUpdate.
    private init?(list kind: String, _ value: JSONNode, _ separate: Bool) throws(ScenarioError) {
        switch kind {
        case "addUser", "setRole":
            let parts = try value.tuple(2)
            let user = try parts[0].string()
            let role = try parts[1].integer(UInt32.self)
            self =
                kind == "addUser"
                ? .addUser(user, role, separate: separate)
                : .setRole(user, role, separate: separate)
        case "removeUser": self = .removeUser(try value.string(), separate: separate)
        default: return nil
        }
    }

    private static func extensions(
        _ node: JSONNode
    ) throws(ScenarioError) -> [(type: ExtensionType, data: [UInt8]?)] {
        var list: [(type: ExtensionType, data: [UInt8]?)] = []
        for (key, value) in try node.dictionary().sorted(by: { $0.key < $1.key }) {
            guard key.count == 4, let type = UInt16(key, radix: 16) else {
                throw value.fail("\"\(key)\" is not four hex digits")
            }
            list.append((ExtensionType(type), value.isNull ? nil : try value.bytes()))
        }
        return list
    }
}
