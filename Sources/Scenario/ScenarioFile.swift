import MLSMessages
import RoomPolicy

/// A MIMI room's life, as `docs/scenarios.md` and `Schemas/scenario.schema.json` say.
package struct ScenarioFile: Sendable {
    package let title: String
    let hub: String
    let suite: UInt16
    let seed: UInt64
    /// Milliseconds since the Unix epoch.
    let clock: UInt64
    /// In the order of their names.
    let clients: [ScenarioClient]
    let room: ScenarioRoom
    let steps: [ScenarioStep]
}

struct ScenarioClient: Sendable {
    let name: String
    let user: String
    var isX509 = false
    /// Whether its certificate is of an authority that the hub does not trust.
    var isUntrusted = false
    var claims: [Claim] = []
    /// How many key packages of one use its provider holds.
    var keyPackages = 5
}

struct ScenarioRoom: Sendable {
    let uri: String
    let creator: String
    let roles: [Role]
    let participants: [UserRolePair]
    let base: BaseRoomPolicy
    let preauth: [ScenarioPreauth]
    var forbidden: Set<String> = []
    var maximumUsers: UInt32?
    var maximumClients: UInt32?
    let metadata: MetadataEdit
    let hasFrankingAgent: Bool
    /// Domains of providers besides the hub.
    let externalSenders: [String]
    let joinCodes: [ScenarioJoinCode]
}

struct ScenarioPreauth: Sendable {
    let claims: [Claim]
    let role: UInt32
}

struct ScenarioJoinCode: Sendable {
    let code: String
    let role: UInt32
    let uses: UInt32?
    let expires: UInt64?
}

/// Fields of the metadata that are given.
struct MetadataEdit: Sendable {
    var roomURI: String?
    var name: String?
    var description: String?
    var avatar: String?
    var subject: String?
    var mood: String?
}

/// Fields of the base policy that are given; `.some(nil)` takes a limit away.
struct BaseEdit: Sendable {
    var fixedMembership: Bool?
    var parentDependent: Bool?
    var parentRoom: String?
    var multiDevice: Bool?
    var maxClients: UInt32??
    var maxUsers: UInt32??
    var pseudonymsAllowed: Bool?
    var persistentRoom: Bool?
    var discoverable: Bool?
}

struct ScenarioStep: Sendable {
    /// As it was printed in the file: `4`, or `4.1` inside a race.
    let name: String
    let action: Action
    /// The hub's time, if it is set.
    let time: UInt64?
    /// Whether clients get what waits for them after it.
    let delivers: Bool
    /// Nil where the file says nothing.
    let expectation: Expectation?

    indirect enum Action: Sendable {
        case update(Sender, UpdateSpec, from: String?)
        case join(String, JoinSpec, from: String?)
        case message(String, MessageSpec, from: String?)
        case groupInfo(String, code: String?, from: String?)
        case keyMaterial(String, of: String, from: String?)
        case race([ScenarioStep])
        case retry(String)
        /// Nil is everyone.
        case deliver(String?)
        case restart
        case crash
        case rebuild
        case audit
        case replay
        case state(JSONValue)
        case joinCode(ScenarioJoinCode)
        case consent(ConsentSpec)
    }

    enum Sender: Sendable {
        case client(String)
        case hub
        case provider(String)
    }

    struct Expectation: Sendable {
        let code: String
        /// One of these must be broken; nil for any.
        let rules: [String]?

        static let success = Expectation(code: "success", rules: nil)
    }
}

struct JoinSpec: Sendable {
    var role: UInt32?
    var code: String?
    var addsSelf = false
    var removesOld = false
}

struct MessageSpec: Sendable {
    var size = 0
    /// How far its epoch is from the sender's.
    var epochDelta = 0
    var isFranked = false
    /// The user that it claims to be of.
    var user: String?
}

struct ConsentSpec: Sendable {
    enum Operation: String, Sendable { case grant, revoke, request, cancel }

    let by: String
    let to: String
    let operation: Operation
    let room: String?
}

struct UpdateSpec: Sendable {
    enum References: Sendable {
        case all
        case none
        /// All that these steps sent.
        case steps([String])
    }

    enum Tree: String, Sendable { case full, hub }
    enum GroupInfoForm: String, Sendable { case full, partial }

    var isCommit = false
    var references = References.all
    var proposals: [ProposalSpec] = []
    var path: Bool?
    var tree = Tree.hub
    var groupInfo = GroupInfoForm.full
    var tamper: Tamper?
}

enum ProposalSpec: Sendable {
    case addUser(String, UInt32, separate: Bool)
    case removeUser(String, separate: Bool)
    case setRole(String, UInt32, separate: Bool)
    case addClient(String)
    case removeClient(String)
    case updateSelf
    case selfRemove
    case leave
    case metadata(MetadataEdit)
    case roles([Role])
    case base(BaseEdit)
    case preauth([ScenarioPreauth])
    case component(ComponentID, [UInt8])
    case removeComponent(ComponentID)
    /// Nil takes an extension away.
    case groupContextExtensions([(type: ExtensionType, data: [UInt8]?)])
    case externalSenders([String])
    case psk(String)
    case reInit
    case ephemeral(ComponentID, [UInt8])
}

/// What is wrong with an update, and nothing else.
enum Tamper: Hashable, Sendable {
    case signature, epochAfter, epochBefore, groupID, dropPath, pathKey, pathLength
    case ciphertextCount, leafSignature, parentHash, confirmationTag, groupInfoContext
    case groupInfoSigner, omitGroupInfo, omitWelcome, extraWelcomeRef, treeLeaf, unknownRef
    case truncate, trailingByte, privateMessage
    case dropComponent(ComponentID)

    init?(_ name: String) {
        let names: [String: Tamper] = [
            "signature": .signature, "epoch+1": .epochAfter, "epoch-1": .epochBefore,
            "groupId": .groupID, "dropPath": .dropPath, "pathKey": .pathKey,
            "pathLength": .pathLength, "ciphertextCount": .ciphertextCount,
            "leafSignature": .leafSignature, "parentHash": .parentHash,
            "confirmationTag": .confirmationTag, "groupInfoContext": .groupInfoContext,
            "groupInfoSigner": .groupInfoSigner, "omitGroupInfo": .omitGroupInfo,
            "omitWelcome": .omitWelcome, "extraWelcomeRef": .extraWelcomeRef,
            "treeLeaf": .treeLeaf, "unknownRef": .unknownRef, "truncate": .truncate,
            "trailingByte": .trailingByte, "privateMessage": .privateMessage,
        ]
        if let tamper = names[name] {
            self = tamper
            return
        }
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "dropComponent", parts[1].count == 4,
            let id = UInt16(parts[1], radix: 16)
        else { return nil }
        self = .dropComponent(ComponentID(id))
    }
}
