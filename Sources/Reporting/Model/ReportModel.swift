public import Delivery
import Quantities
import RenderPlan
import SessionModel

/// What a report says of a render: plain values, in the order in which the page shows them.
///
/// Nothing in it depends on when, where or how fast the render was made, so the same session and stems give the same
/// report. Levels are in dB, times in seconds from the start of the files.
public struct ReportModel: Sendable {
  /// The session's file, without its folder.
  public var session: String
  /// The version of the program.
  public var program: String
  /// Whether the files are there to be heard.
  public var hasFiles: Bool
  /// What was laid over the session for this render alone, in words; empty for what is meant to last.
  public var audition: [String]
  /// As a title page says them: `title`, and what else there is.
  public var tags: [(name: String, value: String)]
  public var sampleRate: Int
  public var trackCount: Int
  public var busCount: Int
  public var time: TimeAxis
  public var files: [File]
  /// The files of splits.
  public var parts: [Part]
  public var sums: [StemSum]
  public var checks: [CheckResult]
  /// What the render had to say, worst first: severity, code, message.
  public var notes: [Note]
  public var lanes: [Lane]
  public var reductions: [Reduction]
  public var filters: [FilterCurve]
  public var routing: Routing
  public var account: Account
  public var stems: [Stem]
  /// Tracks and buses that are heard, after their faders, and `main`, in the order of the session.
  public var strips: [StripMeasurement]
  public var sections: [Section]

  public var title: String { tags.first { $0.name == "title" }?.value ?? session }

  public struct Note: Sendable {
    public var severity: String
    public var code: String
    public var message: String
  }
}

extension ReportModel {
  /// The song's time line as it is drawn: seconds, bars and markers.
  public struct TimeAxis: Sendable {
    public var seconds: Double
    /// All of them, or every second, fourth … of very many; empty without a tempo.
    public var bars: [(bar: Int, seconds: Double)]
    public var markers: [(name: String, seconds: Double)]
    /// Tempo changes, the first at or before the start.
    public var tempos: [(seconds: Double, bpm: Double)]
    public var meter: String
  }

  /// A delivered file.
  public struct File: Sendable {
    public var id: String
    public var version: String?
    /// Below the folder of the report, with slashes.
    public var path: String
    /// `WAV 24-bit`.
    public var format: String
    public var measurement: Measurement
    public var analysis: FileAnalysis
    /// LUFS before gain and limiter.
    public var premasterLoudness: Double?
    public var gain: Double
    /// The greatest reduction of the limiter, and its course in steps of `LimiterTrace.step`.
    public var limiting: Double
    public var limitingCourse: [Double]
    /// The greatest reduction of the clipper; `nil` without one.
    public var clipping: Double?
    /// The greatest mean reduction over 50 ms of both.
    public var reduction: Double
    /// What the master asks for.
    public var target: Double?
    /// `-14 LUFS`, or how it is measured: `-9 LUFS at most over 3 s`.
    public var targetText: String?
    public var ceiling: Double?
    public var hasLimiter: Bool
    /// The index among `Routing.masters`.
    public var master: Int
    public var tags: [(name: String, value: String)]
    public var pcmSHA256: String
    public var sha256: String
  }

  /// A file of a split.
  public struct Part: Sendable {
    /// The deliverable.
    public var id: String
    public var node: String
    public var version: String?
    public var path: String
    public var measurement: Measurement
    public var sha256: String
  }

  /// A stretch of the song, from one marker to the next, in one file.
  public struct Section: Sendable {
    /// The marker that it begins with; `nil` before the first.
    public var name: String?
    public var file: String
    public var from: Double
    public var to: Double
    /// LUFS, gated as the whole is.
    public var loudness: Double?
    /// The greatest loudness over 3 s, of windows that lie in it.
    public var shortTerm: Double?
    /// The greatest sample, dBFS.
    public var peak: Double?
    /// The greatest reduction of the master's limiter, dB.
    public var limiting: Double?
  }

  /// A lane of automation.
  public struct Lane: Sendable {
    /// `tracks.keys.pan`.
    public var path: String
    /// Value over time, the moves' curves in steps: for drawing, on the parameter's own scale.
    public var points: [(seconds: Double, place: Double)]
    /// The places as the page marks them: value in words, and where.
    public var stops: [(seconds: Double, text: String)]
    public var lowText: String
    public var highText: String
  }

  /// What an insert takes over time.
  public struct Reduction: Sendable {
    public var path: String
    /// The version whose master it belongs to; `nil` is the main mix.
    public var version: String?
    public var type: String
    /// `threshold -18 dB`, …
    public var settings: [String]
    /// The greatest reduction in dB of each step, from the start of the files.
    public var course: [Double]
    public var step: Double
    public var greatest: Double
    /// The mean over the time in which it takes more than a tenth of a dB; `nil` when it never does.
    public var typical: Double?
    /// The part of the time in which it does, 0 … 1.
    public var activity: Double
  }

  /// A filter as set and as measured.
  public struct FilterCurve: Sendable {
    public struct Band: Sendable {
      public var id: String
      public var type: String
      public var frequency: Double
      public var settings: [String]
    }

    public var path: String
    public var bands: [Band]
    /// `mid`, or how much of it is heard; empty when it works on all.
    public var scope: String
    /// Hz, 20 … 20 000.
    public var frequencies: [Double]
    /// dB.
    public var target: [Double]
    public var measured: [Double]
    /// The greatest difference where the target is above −60 dB.
    public var deviation: Double
    /// Whether one of its parameters moves; the curves are those of the static values.
    public var moves: Bool
  }

  /// A stem's file and what was done to it on the way in.
  public struct Stem: Sendable {
    /// `kick`, or `vocals.adlib` where a track has several clips.
    public var clip: String
    /// As the session writes it.
    public var file: String
    public var sampleRate: Int
    public var channels: Int
    public var seconds: Double
    public var isResampled: Bool
  }
}

extension ReportModel {
  /// The graph of the mix.
  public struct Routing: Sendable {
    public enum Kind: String, Sendable { case track, bus, main, master, file }
    public enum Way: String, Sendable {
      case output, postFaderSend = "post-fader send", preFaderSend = "pre-fader send", sidechain
    }

    public struct Node: Sendable {
      public var id: String
      public var kind: Kind
      /// Inserts in order, or what a master does.
      public var steps: [String]
      public var isSilent: Bool
    }

    public struct Edge: Sendable {
      public var from: Int
      public var to: Int
      public var way: Way
      /// `-14 dB`; empty for outputs.
      public var level: String
    }

    public var nodes: [Node] = []
    public var edges: [Edge] = []
  }

  /// Every dB between a stem and the mix.
  public struct Account: Sendable {
    /// A gain, and whether automation moves it from there.
    public struct Gain: Sendable {
      public var decibels: Double
      public var moves = false
    }

    public struct Send: Sendable {
      public var bus: String
      public var level: Gain
      public var isPreFader: Bool
    }

    public struct Row: Sendable {
      public var id: String
      public var kind: Routing.Kind
      public var isSilent: Bool
      /// The least and the greatest gain of its clips; `nil` for buses.
      public var clips: ClosedRange<Double>?
      public var trim: Gain
      /// What its inserts have whatever the signal: `gain`, makeup.
      public var inserts: Gain
      /// The greatest reduction of each of its inserts, added up.
      public var dynamics: Double
      public var level: Gain
      public var vcas: Gain
      /// What pan law, pan and width leave on each side of a signal that is the same on both.
      public var left: Double
      public var right: Double
      public var panText: String
      public var panMoves: Bool
      public var output: String?
      /// All gains of this strip but the pan's.
      public var own: Double
      /// The same, with those of the buses it goes through, and `main`'s.
      public var toMix: Double
      public var sends: [Send]
    }

    public var rows: [Row] = []
  }
}
