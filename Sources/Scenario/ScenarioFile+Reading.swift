import FoundationEssentials
import MLSMessages
import PresentationLanguage
import RoomPolicy

extension ScenarioFile {
    /// Reads a file; unknown keys are errors.
    package init(json: Data) throws(ScenarioError) {
        let value: JSONValue
        do {
            value = try JSONDecoder().decode(JSONValue.self, from: json)
        } catch {
            throw ScenarioError("not JSON", at: "")
        }
        try self.init(JSONNode(value: value, place: ""))
    }

    private init(_ node: JSONNode) throws(ScenarioError) {
        let object = try node.object([
            "scenario", "title", "hub", "suite", "seed", "clock", "clients", "room", "steps",
        ])
        let version = try object.required("scenario", in: node)
        guard try version.integer(Int.self) == 1 else { throw version.fail("is not 1") }
        title = try object.required("title", in: node).string()
        hub = try object.required("hub", in: node).string()
        suite = try object.required("suite", in: node).integer()
        seed = try object.integer("seed") ?? 0
        clock = try object.required("clock", in: node).integer()
        var clients: [ScenarioClient] = []
        for (name, client) in try object.required("clients", in: node).dictionary() {
            clients.append(try ScenarioClient(name, client))
        }
        self.clients = clients.sorted { $0.name < $1.name }
        let names = Set(clients.map(\.name))
        room = try ScenarioRoom(object.required("room", in: node), names)
        var steps: [ScenarioStep] = []
        for (number, step) in try object.required("steps", in: node).array().enumerated() {
            steps.append(try ScenarioStep(step, name: "\(number)", names))
        }
        self.steps = steps
        try checkReferences()
    }

    /// Steps may name only steps before them that send something.
    private func checkReferences() throws(ScenarioError) {
        var sending = Set<String>()
        func check(_ step: ScenarioStep) throws(ScenarioError) {
            let place = ".steps[\(step.name.replacing(".", with: "].race["))]"
            var named: [String] = []
            switch step.action {
            case .retry(let name): named = [name]
            case .update(_, let update, _):
                if case .steps(let names) = update.references { named = names }
            default: break
            }
            if let unknown = named.first(where: { !sending.contains($0) }) {
                throw ScenarioError(
                    "no earlier step \"\(unknown)\" that sends something", at: place)
            }
        }
        for step in steps {
            var members = [step]
            if case .race(let steps) = step.action { members = steps }
            for member in members { try check(member) }
            for member in members {
                switch member.action {
                case .update, .join, .message: sending.insert(member.name)
                default: break
                }
            }
        }
    }
}

extension ScenarioClient {
    fileprivate init(_ name: String, _ node: JSONNode) throws(ScenarioError) {
        let object = try node.object(["user", "x509", "untrusted", "claims", "keyPackages"])
        self.name = name
        user = try object.required("user", in: node).string()
        isX509 = try object.bool("x509")
        isUntrusted = try object.bool("untrusted")
        for claim in try object["claims"]?.array() ?? [] { claims.append(try Claim(claim)) }
        keyPackages = try object.integer("keyPackages") ?? 5
        guard (0...1000).contains(keyPackages) else {
            throw node.fail("keyPackages is not from 0 to 1000")
        }
        guard !["", "hub", "all"].contains(name), !name.hasPrefix("provider:") else {
            throw node.fail("no name for a client")
        }
    }
}

extension Claim {
    init(_ node: JSONNode) throws(ScenarioError) {
        let object = try node.object(["type", "id", "value"])
        self.init(
            CredentialType(try object.required("type", in: node).integer()),
            id: Array(try object.required("id", in: node).string().utf8),
            value: Array(try object.required("value", in: node).string().utf8))
    }
}

extension ScenarioRoom {
    fileprivate init(_ node: JSONNode, _ clients: Set<String>) throws(ScenarioError) {
        let object = try node.object([
            "uri", "creator", "roles", "participants", "base", "preauth", "envelope", "metadata",
            "frankingAgent", "externalSenders", "joinCodes",
        ])
        uri = try object.required("uri", in: node).string()
        creator = try object.required("creator", in: node).client(among: clients)
        roles = try [Role](object.required("roles", in: node))
        var participants: [UserRolePair] = []
        for pair in try object.required("participants", in: node).array() {
            let parts = try pair.tuple(2)
            participants.append(
                UserRolePair(Array(try parts[0].string().utf8), role: try parts[1].integer()))
        }
        self.participants = participants
        base = BaseRoomPolicy().edited(try object["base"].map(BaseEdit.init) ?? BaseEdit())
        preauth = try object["preauth"].map([ScenarioPreauth].init) ?? []
        metadata = try object["metadata"].map(MetadataEdit.init) ?? MetadataEdit()
        hasFrankingAgent = try object.bool("frankingAgent")
        externalSenders = try object["externalSenders"].map([String].init) ?? []
        var codes: [ScenarioJoinCode] = []
        for code in try object["joinCodes"]?.array() ?? [] {
            codes.append(try ScenarioJoinCode(code))
        }
        joinCodes = codes
        guard let envelope = object["envelope"] else { return }
        let limits = try envelope.object(["forbid", "maxUsers", "maxClients"])
        forbidden = Set(try limits["forbid"].map([String].init) ?? [])
        maximumUsers = try limits.integer("maxUsers")
        maximumClients = try limits.integer("maxClients")
    }
}

extension JSONNode {
    func client(among clients: Set<String>) throws(ScenarioError) -> String {
        let name = try string()
        guard clients.contains(name) else { throw fail("no client \"\(name)\"") }
        return name
    }

    func bytes() throws(ScenarioError) -> [UInt8] {
        guard let bytes = PresentationLanguage.bytes(hex: try string()) else {
            throw fail("is not lower-case hex")
        }
        return bytes
    }

    /// A number, or its four hex digits.
    func codePoint() throws(ScenarioError) -> UInt16 {
        guard case .string(let text) = value else { return try integer() }
        guard text.count == 4, let number = UInt16(text, radix: 16) else {
            throw fail("is not a number or four hex digits")
        }
        return number
    }
}

extension [String] {
    init(_ node: JSONNode) throws(ScenarioError) {
        self = []
        for item in try node.array() { append(try item.string()) }
    }
}

extension [Role] {
    /// A set of the drafts by its name, or roles.
    init(_ node: JSONNode) throws(ScenarioError) {
        if case .string(let name) = node.value {
            guard let set = RoleSet(rawValue: name) else { throw node.fail("no such role set") }
            self = set.roles
            return
        }
        self = []
        for role in try node.array() { append(try Role(role)) }
    }
}

extension Role {
    fileprivate init(_ node: JSONNode) throws(ScenarioError) {
        let object = try node.object([
            "index", "name", "description", "capabilities", "min", "max", "minActive", "maxActive",
            "changes",
        ])
        var capabilities: [Capability] = []
        for name in try object.required("capabilities", in: node).array() {
            guard let capability = Capability(named: try name.string()) else {
                throw name.fail("no such capability")
            }
            capabilities.append(capability)
        }
        var changes: [Changes] = []
        for change in try object["changes"]?.array() ?? [] {
            let parts = try change.tuple(2)
            var targets: [UInt32] = []
            for target in try parts[1].array() { targets.append(try target.integer()) }
            changes.append(Changes(from: try parts[0].integer(), to: targets))
        }
        self.init(
            index: try object.required("index", in: node).integer(),
            name: try object.required("name", in: node).string(),
            description: try object.string("description") ?? "", capabilities: capabilities,
            participants: Bounds(try object.integer("min") ?? 0, try object.integer("max")),
            activeParticipants: Bounds(
                try object.integer("minActive") ?? 0, try object.integer("maxActive")),
            changes: changes)
    }
}

extension [ScenarioPreauth] {
    init(_ node: JSONNode) throws(ScenarioError) {
        self = []
        for entry in try node.array() {
            let object = try entry.object(["claims", "role"])
            var claims: [Claim] = []
            for claim in try object.required("claims", in: entry).array() {
                claims.append(try Claim(claim))
            }
            append(
                ScenarioPreauth(
                    claims: claims, role: try object.required("role", in: entry).integer()))
        }
    }
}

extension ScenarioJoinCode {
    init(_ node: JSONNode) throws(ScenarioError) {
        let object = try node.object(["code", "role", "uses", "expires"])
        code = try object.required("code", in: node).string()
        role = try object.required("role", in: node).integer()
        uses = try object.integer("uses")
        expires = try object.integer("expires")
    }
}

extension MetadataEdit {
    init(_ node: JSONNode) throws(ScenarioError) {
        let object = try node.object([
            "roomUri", "name", "description", "avatar", "subject", "mood",
        ])
        roomURI = try object.string("roomUri")
        name = try object.string("name")
        description = try object.string("description")
        avatar = try object.string("avatar")
        subject = try object.string("subject")
        mood = try object.string("mood")
    }
}

extension BaseEdit {
    init(_ node: JSONNode) throws(ScenarioError) {
        let object = try node.object([
            "fixedMembership", "parentDependent", "parentRoom", "multiDevice", "maxClients",
            "maxUsers", "pseudonymsAllowed", "persistentRoom", "discoverable",
        ])
        func flag(_ key: String) throws(ScenarioError) -> Bool? { try object[key]?.bool() }
        func limit(_ key: String) throws(ScenarioError) -> UInt32?? {
            guard object[key] != nil else { return nil }
            return .some(try object.integer(key))
        }
        fixedMembership = try flag("fixedMembership")
        parentDependent = try flag("parentDependent")
        parentRoom = try object.string("parentRoom")
        multiDevice = try flag("multiDevice")
        maxClients = try limit("maxClients")
        maxUsers = try limit("maxUsers")
        pseudonymsAllowed = try flag("pseudonymsAllowed")
        persistentRoom = try flag("persistentRoom")
        discoverable = try flag("discoverable")
    }
}

extension BaseRoomPolicy {
    func edited(_ edit: BaseEdit) -> BaseRoomPolicy {
        var base = self
        base.isFixedMembership = edit.fixedMembership ?? isFixedMembership
        base.isParentDependent = edit.parentDependent ?? isParentDependent
        if let parent = edit.parentRoom {
            base.parentRooms = parent.isEmpty ? [] : [Array(parent.utf8)]
        }
        base.isMultiDevice = edit.multiDevice ?? isMultiDevice
        base.maximumClients = edit.maxClients ?? maximumClients
        base.maximumUsers = edit.maxUsers ?? maximumUsers
        base.allowsPseudonyms = edit.pseudonymsAllowed ?? allowsPseudonyms
        base.isPersistent = edit.persistentRoom ?? isPersistent
        base.isDiscoverable = edit.discoverable ?? isDiscoverable
        return base
    }
}

extension RoomMetadata {
    func edited(_ edit: MetadataEdit) -> RoomMetadata {
        var metadata = self
        if let uri = edit.roomURI { metadata.uri = Array(uri.utf8) }
        if let name = edit.name { metadata.name = Text(name) }
        if let description = edit.description {
            metadata.descriptions =
                description.isEmpty
                ? []
                : [Description(mediaType: "text/plain", language: "", content: description)]
        }
        if let avatar = edit.avatar { metadata.avatar = Array(avatar.utf8) }
        if let subject = edit.subject { metadata.subject = Text(subject) }
        if let mood = edit.mood { metadata.mood = Text(mood) }
        return metadata
    }
}
