; The installer for Windows, for one user and without administrator rights. Inno Setup 6:
;   iscc /DVersion=0.1.0 /DFolder=..\..\out\package\GlyphStudio /O..\..\out\package packaging\windows\glyphstudio.iss
; An update replaces the folder. Libraries, settings and logs are in the user's own folders and stay, even on removal.

#ifndef Version
  #error Give the version: /DVersion=0.1.0
#endif
#ifndef Folder
  #define Folder "..\..\out\package\GlyphStudio"
#endif

[Setup]
AppId={{6B0D3B5E-7E0B-4C5D-9A0E-6F1B0C9E2A41}
AppName=GlyphStudio
AppVersion={#Version}
AppPublisher=The GlyphStudio team
DefaultDirName={localappdata}\Programs\GlyphStudio
DefaultGroupName=GlyphStudio
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
OutputBaseFilename=GlyphStudio-{#Version}-windows-setup
UninstallDisplayIcon={app}\GlyphStudio.exe
LicenseFile=..\..\LICENSE
Compression=lzma2/max
SolidCompression=yes
ChangesAssociations=yes
CloseApplications=yes
WizardStyle=modern

[InstallDelete]
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Folder}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\GlyphStudio"; Filename: "{app}\GlyphStudio.exe"
Name: "{userdesktop}\GlyphStudio"; Filename: "{app}\GlyphStudio.exe"; Tasks: desktop

[Tasks]
Name: desktop; Description: "An icon on the desktop"; Flags: unchecked

[Registry]
Root: HKCU; Subkey: "Software\Classes\.glyphs"; ValueType: string; ValueData: "GlyphStudio.Library"; Flags: uninsdeletevalue
Root: HKCU; Subkey: "Software\Classes\GlyphStudio.Library"; ValueType: string; ValueData: "GlyphStudio library"; Flags: uninsdeletekey
Root: HKCU; Subkey: "Software\Classes\GlyphStudio.Library\DefaultIcon"; ValueType: string; ValueData: """{app}\GlyphStudio.exe"",0"
Root: HKCU; Subkey: "Software\Classes\GlyphStudio.Library\shell\open\command"; ValueType: string; ValueData: """{app}\GlyphStudio.exe"" ""%1"""

[Run]
Filename: "{app}\GlyphStudio.exe"; Description: "Start GlyphStudio"; Flags: nowait postinstall skipifsilent

[Code]
{ Never replace a newer version with an older one: it may have made libraries that the older one cannot open. }
function Number(const Text: String; Part: Integer): Integer;
var
  Rest: String;
  Dot: Integer;
begin
  Rest := Text + '.';
  while Part > 0 do
  begin
    Delete(Rest, 1, Pos('.', Rest));
    Part := Part - 1;
  end;
  Dot := Pos('.', Rest);
  if Dot = 0 then
    Result := 0
  else
    Result := StrToIntDef(Copy(Rest, 1, Dot - 1), 0);
end;

function InitializeSetup(): Boolean;
var
  Installed: String;
  Part: Integer;
begin
  Result := True;
  if not RegQueryStringValue(HKCU,
    'Software\Microsoft\Windows\CurrentVersion\Uninstall\{6B0D3B5E-7E0B-4C5D-9A0E-6F1B0C9E2A41}_is1',
    'DisplayVersion', Installed) then
    Exit;
  for Part := 0 to 2 do
  begin
    if Number(Installed, Part) > Number('{#Version}', Part) then
    begin
      SuppressibleMsgBox('GlyphStudio ' + Installed + ' is already installed. It is newer than this version, {#Version}. ' +
        'If you really want the older one, remove the newer one first. Your libraries stay, but the older one may not open them.',
        mbError, MB_OK, IDOK);
      Result := False;
      Exit;
    end;
    if Number(Installed, Part) < Number('{#Version}', Part) then
      Exit;
  end;
end;
