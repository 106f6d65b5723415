public import DSP
public import Processors
import Quantities
public import SessionModel
import Tables

/// A mix as the renderer runs it: nodes in an order in which each comes after all that feed it, with every gain
/// worked out, every latency compensated and every sum in a fixed order. A value, and printable.
///
/// A node's signal is what leaves its inserts. All that lies beyond — fader, width, pan, mute, sends — is a
/// matrix on the connection to the next node, so that a node has one buffer, and a connection one pass.
///
/// Nodes count frames from the start of the render's time line; what a node holds at frame n belongs to frame
/// n − `latencyFrames` of the song.
public struct RenderPlan: Sendable {
  public var sampleRate: Double
  public var nodes: [Node]
  /// What was asked for, in that order; the first is the session's own mix. Nodes that several of them need alike
  /// run once.
  public var mixes: [Mix]
  /// The frame of the time line that rendering begins at; before it, all that sounds has no influence.
  public var firstFrame = 0
  /// The frame of the time line that what is kept begins at.
  public var startFrame: Int
  public var context: ProcessorContext

  /// What a plan is made for: a session, or a version of one, and what is to be had of it.
  public struct Request: Sendable {
    public var session: Session
    /// What was found of each clip's file, by `track.clip`.
    public var stems: [String: StemFile]
    public var masters: [(owner: MasterOwner, master: Master)]
    public var splits: Set<Split>
    /// Whether each track and bus is to be had after its fader too.
    public var isMetered = false

    public init(
      _ session: Session, stems: [String: StemFile], masters: [(owner: MasterOwner, master: Master)] = [],
      splits: Set<Split> = []
    ) {
      self.session = session
      self.stems = stems
      self.masters = masters
      self.splits = splits
    }
  }

  /// Where a mix and its parts leave the plan.
  public struct Mix: Sendable {
    /// The index of the mix: what leaves `main`'s fader.
    public var node: Int
    /// For each master that was asked for, the index of the node that ends in its inserts.
    public var masters: [Int]
    /// For each split that was asked for, the ids of tracks and buses, and the indices of what they give.
    public var parts: [Split: [(id: String, node: Int)]] = [:]
    /// If that was asked for, what each track and bus that is heard gives after its fader: its path, a node, and what
    /// that node's signal goes through.
    public var meters: [(path: String, node: Int, matrix: MixMatrix)] = []
    public var length: Length
  }

  /// All nodes that the session's own mix and its masters are made of.
  public var nodesOfMix: Set<Int> {
    var found: Set<Int> = []
    var open = [mix] + masters
    while let place = open.popLast() {
      if found.insert(place).inserted { open += nodes[place].sources }
    }
    return found
  }

  /// Those, and the nodes that end in the masters of versions.
  public var nodesOfMasters: Set<Int> { nodesOfMix.union(mixes.flatMap(\.masters)) }

  /// The session's own mix.
  public var mix: Int { mixes[0].node }
  public var masters: [Int] { mixes[0].masters }
  public var length: Length { mixes[0].length }
  /// Frames to render from `startFrame` on, until the longest mix ends.
  public var frameLimit: Int { mixes.map(\.length.frameLimit).max() ?? 0 }

  /// How long the render is, in frames from `startFrame`.
  public enum Length: Sendable, Equatable {
    case fixed(Int)
    /// To the last frame at or over −100 dBFS, at least `atLeast` and at most `atMost`.
    case untilSilent(atLeast: Int, atMost: Int)

    /// Frames to render before the end is known.
    public var frameLimit: Int {
      switch self {
      case .fixed(let frames): frames
      case .untilSilent(_, let atMost): atMost
      }
    }
  }

  /// How far back from a frame of the mix or the masters anything reaches that is heard in it; `nil` when it is
  /// all of the song.
  public var memoryFrames: Int? {
    var reach: [Int] = []
    for node in nodes {
      var own = node.sources.map { reach[$0] }.max() ?? 0
      own += node.latencyFrames + node.shift.delayFrames
      for planned in node.inserts {
        guard let memory = planned.insert.memoryFrames(context), planned.automation.lanes.isEmpty else { return nil }
        own += memory
      }
      reach.append(own)
    }
    return reach.max() ?? 0
  }

  public struct Node: Sendable, Equatable {
    /// Its path in the session: `tracks.vocals`.
    public var path: String
    public var clips: [Clip]
    public var inputs: [Connection]
    /// Frames by which the sum of clips and inputs lags behind the song.
    public var arrivalFrames: Int
    /// Trim and polarity.
    public var trim: Double
    /// The trim's course, in dB; `trim` is then the polarity alone.
    public var trimLane: AutomationLane?
    public var shift: Shift
    public var inserts: [PlannedInsert]
    /// Whether the signal that leaves the inserts is mono.
    public var isMono: Bool
    /// Frames by which its output lags behind the song.
    public var latencyFrames: Int
    /// Nodes on the longest way from a stem to here.
    public var depth: Int

    /// All nodes that it hears.
    public var sources: [Int] { inputs.map(\.from) + inserts.compactMap { $0.key?.from } }
  }

  /// A strip's `delay`.
  public enum Shift: Sendable, Equatable {
    case none
    /// In the places of the clips already; the trim's lane is read this many frames earlier.
    case ofClips(Int)
    /// Frames later, by a delay.
    case later(Int)
    /// Frames earlier: everything else is later, and what falls before the start is lost.
    case earlier(Int)

    /// Frames that a delay holds.
    public var delayFrames: Int { if case .later(let frames) = self { frames } else { 0 } }
  }

  /// A piece of a stem in its place.
  public struct Clip: Sendable, Equatable {
    public var id: String
    public var stem: Stem
    /// Its first frame on the time line; below 0 its head is lost.
    public var start: Int
    /// Its length in frames.
    public var length: Int
    /// The part of the stem, in frames of the session's rate, that is played over and over.
    public var region: Range<Int>
    public var isReversed: Bool
    /// Amplitude, the spread of a mono clip among stereo ones included.
    public var gain: Double
    public var fadeIn: DSP.Fade
    public var fadeOut: DSP.Fade

    /// Whether its frames are the stem's, as they are, in one piece.
    public var isPlain: Bool {
      !isReversed && gain == 1 && fadeIn.length == 0 && fadeOut.length == 0 && length <= region.count
    }
  }

  /// An audio file that feeds a clip, heard at the session's rate.
  public struct Stem: Sendable, Equatable {
    public var path: String
    /// Channels to take, from 1; `nil` takes all.
    public var channels: [Int]?
    /// The file's own.
    public var fileRate: Int
    public var sessionRate: Int
    public var isMono: Bool
  }

  public struct PlannedInsert: Sendable, Equatable {
    public var id: String
    public var insert: Insert
    public var automation: InsertAutomation
    /// A mono signal enters both sides at this amplitude; `nil` when nothing changes.
    public var spread: Double?
    /// What its detector hears instead of the signal.
    public var key: Key?
  }

  /// A node's signal on its way to a detector.
  public struct Key: Sendable, Equatable {
    public var from: Int
    /// What of it is heard.
    public var matrix = MixMatrix.identity
    /// Frames of delay that bring it in time with the signal.
    public var delayFrames: Int
  }

  /// What one node gives to another.
  public struct Connection: Sendable, Equatable {
    public enum Kind: String, Sendable {
      case output, postFaderSend = "post-fader send", preFaderSend = "pre-fader send"
    }
    public var from: Int
    public var kind: Kind
    /// What it is while nothing moves.
    public var matrix: MixMatrix
    /// What moves in it; `nil` when nothing does.
    public var motion: Motion?
    /// Frames of delay that bring it in time with the node's other inputs.
    public var delayFrames: Int
  }

  /// The moving parts of a connection.
  public struct Motion: Sendable, Equatable {
    public var fader: Fader
    /// In dB: the fader, VCAs, the send.
    public var levels: [AutomationLane] = []
    /// 1 where muted.
    public var mutes: [AutomationLane] = []
    /// −100 … 100.
    public var pan: AutomationLane?
    /// Percent.
    public var width: AutomationLane?
    public var sendPan: AutomationLane?

    public init(fader: Fader) { self.fader = fader }
    public var isEmpty: Bool { levels.isEmpty && mutes.isEmpty && pan == nil && width == nil && sendPan == nil }
  }
}

/// A stem's file as it was found.
public struct StemFile: Sendable, Equatable {
  public var path: String
  public var channelCount: Int
  /// At its own rate.
  public var frameCount: Int
  public var sampleRate: Int

  public init(path: String, channelCount: Int, frameCount: Int, sampleRate: Int) {
    self.path = path
    self.channelCount = channelCount
    self.frameCount = frameCount
    self.sampleRate = sampleRate
  }

  /// Frames at another rate: ⌈n·L/M⌉.
  public func frameCount(at rate: Int) -> Int {
    let (whole, rest) = frameCount.quotientAndRemainder(dividingBy: sampleRate)
    return whole * rate + (rest * rate + sampleRate - 1) / sampleRate
  }
}
